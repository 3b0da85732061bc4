/** What scenarios have in common, so that each file says only what is its own. */
import type { GroupConfig, ProducerConfig, ScenarioConfig } from './scenario.ts';

export const tenAtATime: ProducerConfig = { kind: 'keyed', recordsPerSecond: 100, recordsPerSend: 10, valueBytes: 120 };

export const carefulGroup: GroupConfig = { name: 'readers', members: 3, commit: 'after-processing', pipelining: ['c3'], stragglers: ['c2'], processMs: 2, churnMs: 0 };

/** Three brokers, six partitions, 20 s of storm; lighter than `broker-loss`, so that many seeds fit into a minute. */
export const lightConfig: ScenarioConfig = {
  brokers: 3,
  topic: 'events',
  partitions: 6,
  producers: [
    { ...tenAtATime, recordsPerSecond: 50, kind: 'keyed' },
    { ...tenAtATime, recordsPerSecond: 50, kind: 'idempotent' },
  ],
  group: carefulGroup,
  warmUpMs: 5_000,
  stormMs: 20_000,
  calmMs: 3_000,
  patienceMs: 60_000,
};
