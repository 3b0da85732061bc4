/** The object store is slow on every verb; completions overtake each other. */
import { delays, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { delayUs, storeFault } from './store.ts';
import { anyBrokers, delayRange, faultArbitrary } from './window.ts';

export const s3Latency: FaultType = {
  kind: 's3-latency',
  summary: 'Every object store operation is slow, by different amounts, so that completions are reordered.',
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('s3-latency', shape, { minMs: 2_000, maxMs: 20_000, target: anyBrokers(shape), params: delayRange(50, 2_000) }),
  describe: (fault) => `object store ${delays(fault)} slower for ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, () => true, { kind: 'delay', ...delayUs(fault) }),
};
