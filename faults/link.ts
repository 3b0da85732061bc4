/** Faults on the network between nodes, as rules that live as long as the fault. */
import type { LinkRule } from '../sim/index.ts';
import type { ActiveFault, Fault, FaultWorld } from './fault.ts';
import { reached } from './target.ts';

type Side = (node: string) => boolean;

/** One rule each way of every pair; `pairs` are one-way. */
export function linkFault(world: FaultWorld, fault: Fault, pairs: readonly (readonly [from: Side, to: Side])[], effect: LinkRule['effect']): ActiveFault {
  const rules = pairs.map(([from, to], index): LinkRule => ({ id: `${fault.id}/${index}`, from, to, effect, affected: 0 }));
  for (const rule of rules) world.sim.network.add(rule);
  return {
    end() {
      for (const rule of rules) world.sim.network.remove(rule);
    },
    affected: () => rules.reduce((sum, rule) => sum + rule.affected, 0),
  };
}

export function bothWays(a: Side, b: Side): (readonly [Side, Side])[] {
  return [[a, b], [b, a]];
}

/** The fault's targets; every broker when it names none. */
export function targetSide(world: FaultWorld, fault: Fault): Side {
  const names = new Set(reached(fault, world));
  return (node) => names.has(node);
}

/** Clients, tools, the final reader. */
export function clientSide(world: FaultWorld): Side {
  return (node) => world.sim.node(node).role === 'client';
}

/** The object store is reached over the network as well. */
export function storeSide(world: FaultWorld): Side {
  return (node) => world.sim.node(node).role === 'store';
}

export function anySide(): Side {
  return () => true;
}
