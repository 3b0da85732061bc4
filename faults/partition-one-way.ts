/** A partition in one direction only: requests arrive and replies do not, or the other way round. */
import * as fc from 'fast-check';
import { seconds, targets, text } from './describe.ts';
import type { FaultType } from './fault.ts';
import { clientSide, linkFault, targetSide } from './link.ts';
import { faultArbitrary, oneOf } from './window.ts';

export const partitionOneWay: FaultType = {
  kind: 'partition-one-way',
  summary: 'Bytes between a broker and its clients flow in one direction only.',
  applies: (shape) => shape.brokers.length > 0 && shape.clients.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('partition-one-way', shape, {
      minMs: 1_000,
      maxMs: 15_000,
      target: oneOf(shape.brokers),
      params: fc.constantFrom('replies', 'requests').map((lost) => ({ lost })),
    }),
  describe: (fault) => `${text(fault, 'lost', 'replies')} of ${targets(fault)} lost for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const brokers = targetSide(world, fault);
    const clients = clientSide(world);
    const pair = text(fault, 'lost', 'replies') === 'replies' ? ([brokers, clients] as const) : ([clients, brokers] as const);
    return linkFault(world, fault, [pair], { kind: 'block' });
  },
};
