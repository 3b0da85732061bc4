/** SIGSTOP .. SIGCONT of a broker, as a long garbage collection or a moved virtual machine looks: it wakes with old beliefs. */
import { seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { pauseNode } from './stop.ts';
import { faultArbitrary, oneOf, STOP_MIN_MS } from './window.ts';

export const brokerPause: FaultType = {
  kind: 'broker-pause',
  summary: 'A broker is stopped and continued (SIGSTOP, SIGCONT); it wakes up believing what it believed.',
  on: 'brokers',
  params: {},
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('broker-pause', shape, { minMs: STOP_MIN_MS, maxMs: 15_000, target: oneOf(shape.brokers) }),
  describe: (fault) => `pause of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: pauseNode,
};
