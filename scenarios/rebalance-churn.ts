/** Members of a group come and go faster than it settles, while its coordinator may die or its clock may run fast. */
import { carefulGroup, lightConfig } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const rebalanceChurn: Scenario = {
  name: 'rebalance-churn',
  hazard: 'Consumers are killed, paused and restarted, or leave and come back, so that the group never settles.',
  config: { ...lightConfig, group: { ...carefulGroup, churnMs: 9_000 } },
  faults: ['consumer-churn', 'client-pause', 'client-kill', 'broker-kill', 'clock-drift'],
  minFaults: 1,
  maxFaults: 3,
  inDefaultRun: true,
};
