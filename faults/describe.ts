/** Words for fault reports: targets, times and parameters as people write them. */
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

/** A numeric parameter; 0 when the plan has none. */
export function number(fault: Fault, name: string): number {
  const value = fault.params[name];
  return typeof value === 'number' ? value : 0;
}

export function text(fault: Fault, name: string, otherwise: string): string {
  const value = fault.params[name];
  return typeof value === 'string' ? value : otherwise;
}
