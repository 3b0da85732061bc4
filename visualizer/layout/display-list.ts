/** What there is to draw, in pixels, top left is 0,0. Painting it needs no knowledge of traces. */
import type { NodeRole } from '../../runtime/trace.ts';
import type { Shape, Tone } from '../kinds.ts';

export interface DisplayList {
  readonly width: number;
  readonly height: number;
  readonly faultStrip: { readonly y: number; readonly height: number };
  readonly lanes: readonly LaneRow[];
  /** Names of the phases of the run. */
  readonly phases: readonly TextLabel[];
  readonly bands: readonly FaultBand[];
  readonly arrows: readonly Arrow[];
  readonly spans: readonly Span[];
  readonly density: readonly DensityStrip[];
  readonly marks: readonly Mark[];
  readonly labels: readonly TextLabel[];
  readonly badges: readonly Badge[];
  /** Vertical lines where a promise was broken. */
  readonly violations: readonly { readonly x: number; readonly event: number; readonly chapter: number }[];
  /** Said on the picture when messages were left out. */
  readonly arrowsLeftOut: number;
}

export interface LaneRow {
  readonly lane: number;
  readonly node: string;
  readonly role: NodeRole;
  readonly y: number;
  readonly height: number;
  readonly segments: readonly Segment[];
}

/** One life of a node. `open` sides go on beyond the picture. */
export interface Segment {
  readonly x0: number;
  readonly x1: number;
  readonly incarnation: number;
  readonly state: 'up' | 'paused';
  readonly end: 'open' | 'killed' | 'exited' | 'resumed';
}

export interface FaultBand {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly x0: number;
  readonly x1: number;
  /** Row in the fault strip. */
  readonly row: number;
  /** Hatched areas, one per run of neighbouring lanes. */
  readonly areas: readonly { readonly y0: number; readonly y1: number }[];
  /** A partition also joins its lanes with a bracket. */
  readonly bracket: { readonly y0: number; readonly y1: number } | null;
  readonly event: number;
}

export interface Arrow {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly fate: 'delivered' | 'dropped' | 'in-flight' | 'duplicate';
  readonly label: string;
  readonly emphasis: Emphasis;
  readonly send: number;
}

/** What a message carries, where there is room to say it. */
export interface TextLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** An S3 request: leaves its node, is served on the store's lane, returns. */
export interface Span {
  readonly x0: number;
  readonly x1: number;
  readonly nodeY: number;
  readonly storeY: number;
  readonly verb: string;
  readonly outcome: 'ok' | 'failed' | 'unknown' | 'pending';
  readonly emphasis: Emphasis;
  readonly event: number;
}

export interface DensityStrip {
  readonly lane: number;
  readonly y: number;
  readonly height: number;
  readonly step: number;
  /** Height of each column, 0 to 1. */
  readonly columns: Float32Array;
  readonly emphasis: Emphasis;
}

export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly shape: Shape;
  readonly tone: Tone;
  readonly emphasis: Emphasis;
  readonly event: number;
}

/** The number of a step of the explanation, at the event it speaks of. */
export interface Badge {
  readonly x: number;
  readonly y: number;
  readonly number: string;
  readonly event: number;
  /** Where the step comes from; null when it is the same event or unknown. */
  readonly from: { readonly x: number; readonly y: number } | null;
  readonly last: boolean;
}

/** `faded` is outside the slice being looked at. */
export type Emphasis = 'normal' | 'faded';
