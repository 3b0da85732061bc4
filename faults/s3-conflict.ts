/** 409 ConditionalRequestConflict: the store could not decide a race; this attempt stored nothing. */
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { isPut, storeFault } from './store.ts';
import { faultArbitrary, mostBrokers, percent, percentParam } from './window.ts';

export const s3Conflict: FaultType = {
  kind: 's3-conflict',
  summary: 'A share of the PUTs is answered 409: undecided, nothing stored.',
  on: 'brokers',
  params: percentParam,
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('s3-conflict', shape, { minMs: 4_000, maxMs: 10_000, target: mostBrokers(shape), params: percent(10, 80) }),
  describe: (fault) => `409 to ${number(fault, 'percent')}% of the PUTs of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, isPut, { kind: 'conflict' }),
};
