/** What a run concludes: violations with their evidence, and proof that each fault bit. */

export interface Violation {
  /** Name of the invariant, e.g. `lost-write`. */
  readonly invariant: string;
  /** Who is to blame: a bug known in the client library is attributed to it, and not hidden. */
  readonly blame: 'broker' | 'client' | 'application' | 'storage' | 'simulator';
  /** One sentence in plain words. */
  readonly summary: string;
  /** seq of the trace event at which it became true. */
  readonly at: number;
  /** seqs of the events that prove it. */
  readonly evidence: readonly number[];
  /** The explanation, in order: "from happened, then to, because ...". The viewer only renders it. */
  readonly steps: readonly ExplanationStep[];
}

export interface ExplanationStep {
  readonly from: number;
  readonly to: number;
  readonly because: string;
}

export interface FaultReport {
  /** The fault's id in the plan. */
  readonly id: string;
  readonly kind: string;
  /** One phrase for people: "kill -9 of b1 for 4.0 s". */
  readonly description: string;
  readonly beginUs: number;
  readonly endUs: number;
  readonly fired: boolean;
  /** How many operations it touched: bytes held, requests delayed, sockets cut. Zero fails the run. */
  readonly affected: number;
}
