/** Links fail in one direction or both, or get slow, or drop every connection: who is alive is a matter of whom one asks. */
import { lightConfig } from './defaults.ts';
import type { Scenario } from './scenario.ts';

export const networkPartition: Scenario = {
  name: 'network-partition',
  hazard: 'Brokers are cut off from clients, from each other or from the store, in one direction or both.',
  config: lightConfig,
  faults: ['broker-isolate', 'partition-one-way', 'link-latency', 'connection-reset'],
  minFaults: 1,
  maxFaults: 3,
  inDefaultRun: true,
};
