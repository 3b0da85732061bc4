/** No hazard at all: what is broken here is broken always. */
import { lightConfig } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const quietSea: Scenario = {
  name: 'quiet-sea',
  hazard: 'Nothing goes wrong: brokers, store and network do what they should.',
  config: { ...lightConfig, stormMs: 10_000 },
  faults: [],
  minFaults: 0,
  maxFaults: 0,
  inDefaultRun: true,
};
