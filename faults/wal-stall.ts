/** The write-ahead log stalls while the rest of the store is well: acknowledgements wait, and pile up behind each other. */
import * as fc from 'fast-check';
import { delays, number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { delayUs, isPut, storeFault } from './store.ts';
import { delayParams, delayRange, faultArbitrary, percent, percentParam } from './window.ts';

export const walStall: FaultType = {
  kind: 'wal-stall',
  summary: 'Most writes to the write-ahead log take seconds.',
  on: 'brokers',
  params: { ...percentParam, ...delayParams },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('wal-stall', shape, {
      minMs: 4_000,
      maxMs: 15_000,
      // All brokers: whoever is spared may be the only one that leads anything, and writes.
      target: fc.constant<readonly string[]>([]),
      params: fc.tuple(percent(50, 90), delayRange(500, 10_000)).map(([share, delay]) => ({ ...share, ...delay })),
    }),
  describe: (fault) => `${number(fault, 'percent')}% of the log writes of ${targets(fault)} stalled by ${delays(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => storeFault(world, fault, (op) => isPut(op) && op.key.startsWith('wal/'), { kind: 'delay', ...delayUs(fault) }),
};
