/** Brokers die and come back, and others take over what they led. The benchmark measures this one. */
import { carefulGroup, lightConfig, tenAtATime } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const brokerLoss: Scenario = {
  name: 'broker-loss',
  hazard: 'Brokers are killed, lose power or stop for a while, and others recover what they had acknowledged.',
  config: {
    ...lightConfig,
    producers: [{ ...tenAtATime, kind: 'keyed' }, { ...tenAtATime, kind: 'idempotent' }],
    group: carefulGroup,
    stormMs: 30_000,
  },
  faults: ['broker-kill', 'broker-power-loss', 'broker-pause', 'client-kill'],
  minFaults: 1,
  maxFaults: 4,
  inDefaultRun: true,
};
