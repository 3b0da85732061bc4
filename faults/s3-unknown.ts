/** The PUT was applied and its reply was lost: whoever repeats it meets its own object and must recognise it. */
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { isPut, storeFault } from './store.ts';
import { faultArbitrary, mostBrokers, percent, percentParam } from './window.ts';

export const s3Unknown: FaultType = {
  kind: 's3-unknown',
  summary: 'A share of the PUTs is applied, and the reply is lost.',
  on: 'brokers',
  params: percentParam,
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('s3-unknown', shape, { minMs: 4_000, maxMs: 15_000, target: mostBrokers(shape), params: percent(5, 60) }),
  describe: (fault) => `replies to ${number(fault, 'percent')}% of the PUTs of ${targets(fault)} lost for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, isPut, { kind: 'reply-lost' }),
};
