/** What the page says first: the verdict, one sentence, the steps that prove it, and how to run it again. */
import type { Violation } from '../runtime/verdict.ts';
import { causalPast, evidenceOf } from './cone.ts';
import { clockTime } from './describe.ts';
import { reproCommand } from './repro-command.ts';
import { indexOfSeq, kindOf, nodeOf, type Trace } from './trace.ts';

export interface Story {
  readonly outcome: 'held' | 'violated' | 'unknown';
  readonly headline: string;
  readonly command: string;
  readonly chapters: readonly Chapter[];
}

/** One violation. Indices are -1 when the event was not kept. */
export interface Chapter {
  readonly invariant: string;
  readonly blame: string;
  readonly summary: string;
  readonly at: number;
  readonly evidence: readonly number[];
  readonly steps: readonly Step[];
  /** What to show first: the cone, unless it is so large that it shows everything. */
  readonly opening: 'cone' | 'evidence';
}

export interface Step {
  readonly because: string;
  readonly from: Place;
  readonly to: Place;
}

export interface Place {
  readonly index: number;
  readonly label: string;
}

/** Events. */
const largestOpeningCone = 150;

export function tellStory(trace: Trace): Story {
  const { header, footer } = trace;
  const chapters = (footer?.violations ?? []).map((violation) => chapterOf(trace, violation));
  const outcome = footer ? footer.verdict : 'unknown';
  const headline = outcome === 'held' ? 'All promises held' : outcome === 'violated' ? (chapters.length > 1 ? `${chapters.length} promises broken` : 'A promise was broken') : 'No verdict';
  return { outcome, headline, command: reproCommand(header), chapters };
}

function chapterOf(trace: Trace, violation: Violation): Chapter {
  const place = (seq: number): Place => {
    const index = indexOfSeq(trace.seq, trace.count, seq);
    return { index, label: index < 0 ? `event ${seq} (not kept)` : `${nodeOf(trace, index)} ${kindOf(trace, index)} at ${clockTime(trace.t[index]!)}` };
  };
  const evidence = evidenceOf(trace, violation);
  const size = causalPast(trace, evidence).reduce((sum, inside) => sum + inside, 0);
  return {
    invariant: violation.invariant,
    blame: violation.blame,
    summary: violation.summary,
    at: indexOfSeq(trace.seq, trace.count, violation.at),
    evidence,
    opening: size <= largestOpeningCone ? 'cone' : 'evidence',
    steps: violation.steps.map((step) => ({ because: step.because, from: place(step.from), to: place(step.to) })),
  };
}
