/** The machine is gone without a word: nobody sends FIN or RST, so peers hold half-open connections until they time out. */
import { seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { stopNode } from './stop.ts';
import { faultArbitrary, oneOf, STOP_MIN_MS } from './window.ts';

export const brokerPowerLoss: FaultType = {
  kind: 'broker-power-loss',
  summary: 'A broker loses power: peers keep half-open connections, and what was not synced is gone.',
  on: 'brokers',
  params: {},
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('broker-power-loss', shape, { minMs: STOP_MIN_MS, maxMs: 12_000, target: oneOf(shape.brokers) }),
  describe: (fault) => `power loss of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => stopNode(world, fault, (node) => node.powerLoss(`fault ${fault.id}`)),
};
