/** Whom a fault is done to. */
import type { Fault } from './fault.ts';

/** Node names; a fault of brokers that names none is done to all of them. */
export function reached(fault: Fault, cluster: { readonly brokers: readonly string[] }): readonly string[] {
  return fault.target.length === 0 ? cluster.brokers : fault.target;
}
