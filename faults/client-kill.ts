/** A producer or consumer process is killed; its successor is a new process that knows nothing of what was in flight. */
import { seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { stopNode } from './stop.ts';
import { faultArbitrary, oneOf, STOP_MIN_MS } from './window.ts';

export const clientKill: FaultType = {
  kind: 'client-kill',
  summary: 'A producer or consumer is killed (kill -9) and started again.',
  on: 'clients',
  params: {},
  applies: (shape) => shape.clients.length > 0,
  arbitrary: (shape) => faultArbitrary('client-kill', shape, { minMs: STOP_MIN_MS, maxMs: 8_000, target: oneOf(shape.clients) }),
  describe: (fault) => `kill -9 of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => stopNode(world, fault, (node) => node.kill(`fault ${fault.id}`)),
};
