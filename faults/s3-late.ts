/** The PUT times out for the caller and is applied seconds later, perhaps after the caller has been fenced. */
import * as fc from 'fast-check';
import { delays, number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { delayUs, isPut, storeFault } from './store.ts';
import { delayParams, delayRange, faultArbitrary, mostBrokers, percent, percentParam } from './window.ts';

export const s3Late: FaultType = {
  kind: 's3-late',
  summary: 'A share of the PUTs times out, and is applied later all the same.',
  on: 'brokers',
  params: { ...percentParam, ...delayParams },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('s3-late', shape, {
      minMs: 4_000,
      maxMs: 15_000,
      target: mostBrokers(shape),
      params: fc.tuple(percent(5, 50), delayRange(500, 20_000)).map(([share, delay]) => ({ ...share, ...delay })),
    }),
  describe: (fault) => `${number(fault, 'percent')}% of the PUTs of ${targets(fault)} time out and land ${delays(fault)} late, for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, isPut, { kind: 'late', ...delayUs(fault) }),
};
