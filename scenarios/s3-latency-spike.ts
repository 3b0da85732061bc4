/** The object store has a bad day: slow, then throttling, then cut off from a broker. */
import { lightConfig } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const s3LatencySpike: Scenario = {
  name: 's3-latency-spike',
  hazard: 'The object store answers slowly, throttles, or cannot be reached by some brokers.',
  config: lightConfig,
  faults: ['s3-latency', 's3-errors', 'store-partition', 'clock-drift', 'clock-jump'],
  minFaults: 1,
  maxFaults: 3,
  inDefaultRun: true,
};
