/** The clock of a broker runs fast or slow: its timers, leases and timestamps part from everybody else's. */
import * as fc from 'fast-check';
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { reached } from './target.ts';
import { faultArbitrary, millis, oneOf } from './window.ts';

export const clockDrift: FaultType = {
  kind: 'clock-drift',
  summary: 'The clock of a broker runs fast or slow.',
  on: 'brokers',
  params: { ppm: { min: -500_000, max: 500_000, not: 0 } },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('clock-drift', shape, {
      minMs: 5_000,
      maxMs: 30_000,
      target: oneOf(shape.brokers),
      params: fc.tuple(fc.constantFrom(1, -1), millis(100, 200_000)).map(([sign, ppm]) => ({ ppm: sign * ppm })),
    }),
  describe: (fault) => `clock of ${targets(fault)} ${Math.abs(number(fault, 'ppm'))} ppm ${number(fault, 'ppm') < 0 ? 'slow' : 'fast'} for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const nodes = reached(fault, world).map((name) => world.sim.node(name));
    const reads = (): number => nodes.reduce((sum, node) => sum + node.clock.wallReads + node.clock.monotonicReads, 0);
    const before = reads();
    let after: number | undefined;
    for (const node of nodes) node.driftClock(number(fault, 'ppm'));
    return {
      end() {
        after = reads();
        for (const node of nodes) node.driftClock(0);
      },
      affected: () => (after ?? reads()) - before,
    };
  },
};
