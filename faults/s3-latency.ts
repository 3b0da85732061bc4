/** The object store is slow on every verb, for some requests and not for others, so that completions overtake each other. */
import * as fc from 'fast-check';
import { delays, number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { delayUs, storeFault } from './store.ts';
import { anyBrokers, delayParams, delayRange, faultArbitrary, percent, percentParam } from './window.ts';

export const s3Latency: FaultType = {
  kind: 's3-latency',
  summary: 'Many object store operations of every kind are slow, by different amounts, so that completions are reordered.',
  on: 'brokers',
  params: { ...percentParam, ...delayParams },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('s3-latency', shape, {
      minMs: 4_000,
      maxMs: 20_000,
      target: anyBrokers(shape),
      params: fc.tuple(percent(30, 90), delayRange(50, 2_000)).map(([share, delay]) => ({ ...share, ...delay })),
    }),
  describe: (fault) => `${number(fault, 'percent')}% of the object store operations of ${targets(fault)} ${delays(fault)} slower for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, () => true, { kind: 'delay', ...delayUs(fault) }),
};
