/** The write-ahead log is what an acknowledgement stands on: here it is slow, refuses, or does not say whether it wrote. */
import { lightConfig } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const walStall: Scenario = {
  name: 'wal-stall',
  hazard: 'Writes of the write-ahead log hang, are refused, or happen without an answer, while brokers may die.',
  config: { ...lightConfig, producers: [{ ...lightConfig.producers[0]!, kind: 'plain' }, { ...lightConfig.producers[1]!, kind: 'idempotent' }] },
  faults: ['wal-stall', 's3-unknown', 's3-conflict', 's3-late', 'broker-kill'],
  minFaults: 1,
  maxFaults: 3,
  inDefaultRun: true,
};
