/**
 * A partition in one direction only: what a broker sends is lost, or what is sent to it. It is cut off from the object store as
 * well as from its clients: a broker that leads nothing at the moment speaks to the store alone.
 */
import * as fc from 'fast-check';
import { seconds, targets, text } from './describe.ts';
import type { FaultType } from './fault.ts';
import { anySide, linkFault, targetSide } from './link.ts';
import { faultArbitrary, oneOf } from './window.ts';

export const partitionOneWay: FaultType = {
  kind: 'partition-one-way',
  summary: 'Bytes between a broker and everybody else flow in one direction only.',
  on: 'brokers',
  params: { lost: ['replies', 'requests'] },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('partition-one-way', shape, {
      minMs: 4_000,
      maxMs: 15_000,
      target: oneOf(shape.brokers),
      params: fc.constantFrom('replies', 'requests').map((lost) => ({ lost })),
    }),
  describe: (fault) => `${text(fault, 'lost') === 'replies' ? 'everything sent by' : 'everything sent to'} ${targets(fault)} lost for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const brokers = targetSide(world, fault);
    const others = anySide();
    const pair = text(fault, 'lost') === 'replies' ? ([brokers, others] as const) : ([others, brokers] as const);
    return linkFault(world, fault, [pair], { kind: 'block' });
  },
};
