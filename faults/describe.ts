/** Words for fault reports: targets, times and parameters as people write them. */
import { assert } from '../runtime/index.ts';
import type { Fault } from './fault.ts';

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function targets(fault: Fault): string {
  return fault.target.length === 0 ? 'all brokers' : fault.target.join(', ');
}

/** A delay the plan gives as `minMs` and `maxMs`. */
export function delays(fault: Fault): string {
  return `${number(fault, 'minMs')}-${number(fault, 'maxMs')} ms`;
}

/** A parameter that the fault's type declares as a range of numbers. */
export function number(fault: Fault, name: string): number {
  const value = fault.params[name];
  assert(typeof value === 'number', `${fault.kind} has no number ${name}`);
  return value;
}

/** A parameter that the fault's type declares as a choice of words. */
export function text(fault: Fault, name: string): string {
  const value = fault.params[name];
  assert(typeof value === 'string', `${fault.kind} has no ${name}`);
  return value;
}
