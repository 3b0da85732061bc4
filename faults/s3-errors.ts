/** 503 SlowDown: the operation is refused and nothing is applied. The caller cannot know the second half. */
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { storeFault } from './store.ts';
import { anyBrokers, faultArbitrary, percent, percentParam } from './window.ts';

export const s3Errors: FaultType = {
  kind: 's3-errors',
  summary: 'A share of the object store operations is answered 503.',
  on: 'brokers',
  params: percentParam,
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('s3-errors', shape, { minMs: 4_000, maxMs: 10_000, target: anyBrokers(shape), params: percent(10, 90) }),
  describe: (fault) => `503 to ${number(fault, 'percent')}% of the object store operations of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, () => true, { kind: 'unavailable' }),
};
