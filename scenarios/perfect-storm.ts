/** Everything at once: what each of the other scenarios leaves out is what two of their hazards do to each other. */
import { faultKinds } from '../faults/index.ts';
import { lightConfig, tenAtATime } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const perfectStorm: Scenario = {
  name: 'perfect-storm',
  hazard: 'Any of all faults together: processes, network, clocks, write-ahead log and object store fail in the same half minute.',
  config: {
    ...lightConfig,
    // Two idempotent producers: what one is told must never depend on what the other sent.
    producers: (['keyed', 'idempotent', 'idempotent'] as const).map((kind) => ({ ...tenAtATime, recordsPerSecond: 50, kind })),
    stormMs: 30_000,
  },
  faults: faultKinds,
  minFaults: 2,
  maxFaults: 5,
  inDefaultRun: true,
};
