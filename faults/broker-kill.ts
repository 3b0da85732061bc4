/** kill -9: the process is gone between two instructions; its sockets are reset by the kernel, its volumes stay as synced. */
import { seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { stopNode } from './stop.ts';
import { faultArbitrary, oneOf, STOP_MIN_MS } from './window.ts';

export const brokerKill: FaultType = {
  kind: 'broker-kill',
  summary: 'A broker is killed (kill -9) and restarted.',
  on: 'brokers',
  params: {},
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('broker-kill', shape, { minMs: STOP_MIN_MS, maxMs: 12_000, target: oneOf(shape.brokers) }),
  describe: (fault) => `kill -9 of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => stopNode(world, fault, (node) => node.kill(`fault ${fault.id}`)),
};
