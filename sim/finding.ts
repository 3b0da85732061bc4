/** What the world noticed by itself, without any invariant: always a bug in somebody's code. */
export interface Finding {
  readonly node: string;
  /** crash: an uncaught error. uncontrolled: time, chance or I/O not from the seed. misuse: a promise to the runtime broken (a buffer changed in flight). */
  readonly kind: 'crash' | 'uncontrolled' | 'misuse';
  readonly message: string;
  readonly stack: string;
  /** seq of the trace event at which it was noticed. */
  readonly seq: number;
}
