/** A two-way partition of a broker from its clients, from the object store, or from everything. */
import * as fc from 'fast-check';
import { seconds, targets, text } from './describe.ts';
import type { FaultType } from './fault.ts';
import { anySide, bothWays, clientSide, linkFault, storeSide, targetSide } from './link.ts';
import { faultArbitrary, mostBrokers, oneOf } from './window.ts';

export const brokerIsolate: FaultType = {
  kind: 'broker-isolate',
  summary: 'A broker is cut off, both ways, from its clients, from the object store, or from everything.',
  on: 'brokers',
  params: { from: ['everything', 'store', 'clients'] },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => {
    const window = { minMs: 4_000, maxMs: 15_000 };
    // Clients have nothing to do with a broker that leads nothing; the store always has.
    const fromClients = faultArbitrary('broker-isolate', shape, { ...window, target: mostBrokers(shape), params: fc.constant({ from: 'clients' }) });
    const alone = faultArbitrary('broker-isolate', shape, { ...window, target: oneOf(shape.brokers), params: fc.constantFrom('everything', 'store').map((from) => ({ from })) });
    return fc.oneof(alone, fromClients);
  },
  describe: (fault) => `${targets(fault)} cut off from ${words[text(fault, 'from')]} for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const from = text(fault, 'from');
    const others = from === 'clients' ? clientSide(world) : from === 'store' ? storeSide(world) : anySide();
    return linkFault(world, fault, bothWays(targetSide(world, fault), others), { kind: 'block' });
  },
};

const words: Readonly<Record<string, string>> = { clients: 'clients', store: 'the object store', everything: 'everything' };
