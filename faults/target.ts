/** Whom a fault is done to, and whom it could be done to. */
import type { ClusterShape, Fault, FaultType } from './fault.ts';
import { consumersOf } from './window.ts';

/** Node names; a fault of brokers that names none is done to all of them. */
export function reached(fault: Fault, cluster: { readonly brokers: readonly string[] }): readonly string[] {
  return fault.target.length === 0 ? cluster.brokers : fault.target;
}

/** All that a fault of this type may name. */
export function candidates({ on }: FaultType, shape: ClusterShape): readonly string[] {
  return on === 'consumers' ? consumersOf(shape) : shape[on];
}
