/** Faults of the object store, as rules that live as long as the fault. */
import type { StoreRule } from '../sim/index.ts';
import { number } from './describe.ts';
import type { ActiveFault, Fault, FaultWorld } from './fault.ts';

/**
 * Does `effect` to the operations of the targets that `match`, each with the plan's `percent` (all when it has none).
 * The first one is always hit: a rare fault that happened to hit nothing would prove nothing. Of overlapping rules the store
 * lets the first that draws a request have it, so only a fault that cuts the store off takes all.
 */
export function storeFault(world: FaultWorld, fault: Fault, match: (op: StoreOp) => boolean, effect: StoreRule['effect']): ActiveFault {
  const nodes = new Set(fault.target.length === 0 ? world.brokers : fault.target);
  const share = 'percent' in fault.params ? number(fault, 'percent') / 100 : 1;
  const rule: StoreRule = {
    id: fault.id,
    match: (op) => nodes.has(op.node) && match(op),
    get probability() {
      return rule.affected === 0 ? 1 : share;
    },
    effect,
    affected: 0,
  };
  world.sim.store.add(rule);
  return { end: () => world.sim.store.remove(rule), affected: () => rule.affected };
}

export type StoreOp = Parameters<StoreRule['match']>[0];

/** The plan's `minMs`..`maxMs` in the rule's unit. */
export function delayUs(fault: Fault): { minUs: number; maxUs: number } {
  return { minUs: number(fault, 'minMs') * 1000, maxUs: number(fault, 'maxMs') * 1000 };
}

export function isPut(op: StoreOp): boolean {
  return op.verb === 'put';
}
