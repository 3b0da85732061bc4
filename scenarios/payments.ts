/**
 * The demonstration: a payment service that commits its offset before it has done the work. Every broker keeps every promise,
 * and still a payment is lost, because a consumer died between the two. It must fail; `wavetank demo` finds out how.
 */
import { lightConfig } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const payments: Scenario = {
  name: 'payments',
  hazard: 'A payment service commits before it processes, and is killed in between.',
  config: {
    ...lightConfig,
    topic: 'payments',
    partitions: 3,
    producers: [{ kind: 'keyed', recordsPerSecond: 40, recordsPerSend: 4, valueBytes: 120 }],
    group: { name: 'payment-service', members: 2, commit: 'before-processing', pipelining: [], stragglers: [], processMs: 120, churnMs: 0 },
    stormMs: 15_000,
  },
  faults: ['client-kill', 'broker-kill'],
  minFaults: 1,
  maxFaults: 4,
  inDefaultRun: false,
};
