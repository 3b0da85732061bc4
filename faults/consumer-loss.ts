/** A consumer dies and nobody starts it again: only the group can give its partitions to somebody else. */
import { targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { whenUp } from './stop.ts';
import { reached } from './target.ts';
import { consumersOf, faultArbitrary, oneOf, STOP_MIN_MS } from './window.ts';

export const consumerLoss: FaultType = {
  kind: 'consumer-loss',
  summary: 'A consumer is killed (kill -9) and never comes back: the others have to take over.',
  on: 'consumers',
  params: {},
  applies: (shape) => consumersOf(shape).length > 1,
  // The last one stays, whatever else is drawn: somebody must be there to take over. The window lasts as long as the storm, as the loss does.
  arbitrary: (shape) =>
    faultArbitrary('consumer-loss', shape, { minMs: STOP_MIN_MS, maxMs: shape.stormMs, target: oneOf(consumersOf(shape).slice(0, -1)) })
      .map((fault) => ({ ...fault, durationMs: shape.stormMs - fault.atMs })),
  describe: (fault) => `kill -9 of ${targets(fault)} for good`,
  begin(world, fault) {
    let affected = 0;
    const waits = reached(fault, world).map((name) => whenUp(world, name, () => (affected += world.lose(name, `fault ${fault.id}`))));
    return { end: () => waits.forEach((wait) => wait.cancel()), affected: () => affected };
  },
};
