/** SIGSTOP .. SIGCONT of a client: long enough, its group goes on without it, and it wakes as a zombie. */
import { seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { pauseNode } from './stop.ts';
import { faultArbitrary, oneOf, STOP_MIN_MS } from './window.ts';

export const clientPause: FaultType = {
  kind: 'client-pause',
  summary: 'A producer or consumer is stopped and continued (SIGSTOP, SIGCONT).',
  on: 'clients',
  params: {},
  applies: (shape) => shape.clients.length > 0,
  arbitrary: (shape) => faultArbitrary('client-pause', shape, { minMs: STOP_MIN_MS, maxMs: 15_000, target: oneOf(shape.clients) }),
  describe: (fault) => `pause of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: pauseNode,
};
