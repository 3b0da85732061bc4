/** A broker that its clients reach, and that no longer reaches the object store: the split in which a zombie leader is born. */
import { seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { storeFault } from './store.ts';
import { faultArbitrary, oneOf } from './window.ts';

export const storePartition: FaultType = {
  kind: 'store-partition',
  summary: 'A broker no longer reaches the object store, while clients still reach the broker.',
  on: 'brokers',
  params: {},
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('store-partition', shape, { minMs: 4_000, maxMs: 12_000, target: oneOf(shape.brokers) }),
  describe: (fault) => `${targets(fault)} cut off from the object store for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, () => true, { kind: 'block' }),
};
