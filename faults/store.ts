/** Faults of the object store, as rules that live as long as the fault. */
import type { Sim, StoreRule } from '../sim/index.ts';
import { number } from './describe.ts';
import type { ActiveFault, Fault, FaultWorld } from './fault.ts';
import { reached } from './target.ts';

/**
 * Does `effect` to the operations of the targets that `match`, each with the plan's `percent` (all when it has none).
 * The first one is always hit: a rare fault that happened to hit nothing would prove nothing. The store lets one rule only
 * have a request, so a fault that has hit nothing yet goes before those that have.
 */
export function storeFault(world: FaultWorld, fault: Fault, match: (op: StoreOp) => boolean, effect: StoreRule['effect']): ActiveFault {
  const nodes = new Set(reached(fault, world));
  const share = 'percent' in fault.params ? number(fault, 'percent') / 100 : 1;
  const wants = (op: StoreOp): boolean => nodes.has(op.node) && match(op);
  const others = hungry.get(world.sim) ?? new Set();
  hungry.set(world.sim, others);
  const rule: StoreRule = {
    id: fault.id,
    match: (op) => {
      if (!wants(op)) return false;
      if (rule.affected === 0) return true;
      others.delete(wants);
      for (const other of others) if (other(op)) return false;
      return true;
    },
    get probability() {
      return rule.affected === 0 ? 1 : share;
    },
    effect,
    affected: 0,
  };
  others.add(wants);
  world.sim.store.add(rule);
  return {
    end() {
      others.delete(wants);
      world.sim.store.remove(rule);
    },
    affected: () => rule.affected,
  };
}

/** What the faults want that have hit nothing yet. */
const hungry = new WeakMap<Sim, Set<(op: StoreOp) => boolean>>();

export type StoreOp = Parameters<StoreRule['match']>[0];

/** The plan's `minMs`..`maxMs` in the rule's unit. */
export function delayUs(fault: Fault): { minUs: number; maxUs: number } {
  return { minUs: number(fault, 'minMs') * 1000, maxUs: number(fault, 'maxMs') * 1000 };
}

export function isPut(op: StoreOp): boolean {
  return op.verb === 'put';
}
