/**
 * Walks along causes: what had to happen for an event to happen (its cone), and what it led to.
 * Iterative throughout: a run's longest chain is as long as the run.
 */
import type { Violation } from '../runtime/verdict.ts';
import { indexOfSeq, type Trace } from './trace.ts';

/** Marks (1) the causal past of the roots, roots included. */
export function causalPast(trace: Trace, roots: Iterable<number>): Uint8Array {
  const inside = new Uint8Array(trace.count);
  const queue: number[] = [];
  const visit = (index: number): void => {
    if (index < 0 || inside[index]) return;
    inside[index] = 1;
    queue.push(index);
  };
  for (const root of roots) visit(root);
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    visit(trace.cause[event]!);
    const other = trace.pair[event]!;
    if (other >= 0 && other < event) visit(other); // the start of what ends here
  }
  return inside;
}

/** The cause, and its cause, up to `limit`. */
export function causeChain(trace: Trace, index: number, limit: number): number[] {
  const chain: number[] = [];
  for (let at = causeOf(trace, index); at >= 0 && chain.length < limit; at = causeOf(trace, at)) chain.push(at);
  return chain;
}

/** A delivery is explained by its send even when nothing else is recorded. */
export function causeOf(trace: Trace, index: number): number {
  const cause = trace.cause[index]!;
  if (cause >= 0) return cause;
  const other = trace.pair[index]!;
  return other >= 0 && other < index ? other : -1;
}

/** Events that name this one as their cause, found once for the whole trace. */
export class Effects {
  readonly #first: Int32Array;
  readonly #list: Int32Array;

  constructor(trace: Trace) {
    this.#first = new Int32Array(trace.count + 1);
    for (let i = 0; i < trace.count; i++) {
      const cause = causeOf(trace, i);
      if (cause >= 0) this.#first[cause + 1]!++;
    }
    for (let i = 0; i < trace.count; i++) this.#first[i + 1]! += this.#first[i]!;
    this.#list = new Int32Array(this.#first[trace.count]!);
    const next = this.#first.slice();
    for (let i = 0; i < trace.count; i++) {
      const cause = causeOf(trace, i);
      if (cause >= 0) this.#list[next[cause]!++] = i;
    }
  }

  of(index: number): Int32Array {
    return this.#list.subarray(this.#first[index], this.#first[index + 1]);
  }
}

/** Everything a violation names: where it became true, its evidence, both ends of every step. */
export function evidenceOf(trace: Trace, violation: Violation): number[] {
  const seqs = new Set([violation.at, ...violation.evidence, ...violation.steps.flatMap((step) => [step.from, step.to])]);
  return [...seqs].map((seq) => indexOfSeq(trace.seq, trace.count, seq)).filter((index) => index >= 0).sort((a, b) => a - b);
}
