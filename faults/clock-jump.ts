/** The wall clock of a broker jumps and later jumps back. Nothing that concerns safety may notice. */
import * as fc from 'fast-check';
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { faultArbitrary, millis, oneOf } from './window.ts';

export const clockJump: FaultType = {
  kind: 'clock-jump',
  summary: 'The wall clock of a broker jumps, and jumps back.',
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('clock-jump', shape, {
      minMs: 3_000,
      maxMs: 20_000,
      target: oneOf(shape.brokers),
      params: fc.tuple(fc.constantFrom(1, -1), millis(100, 300_000)).map(([sign, ms]) => ({ ms: sign * ms })),
    }),
  describe: (fault) => `clock of ${targets(fault)} ${number(fault, 'ms') < 0 ? 'back' : 'ahead'} by ${seconds(Math.abs(number(fault, 'ms')))} for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const nodes = fault.target.map((name) => world.sim.node(name));
    const reads = (): number => nodes.reduce((sum, node) => sum + node.clockReads, 0);
    const before = reads();
    let after: number | undefined;
    for (const node of nodes) node.jumpClock(number(fault, 'ms'));
    return {
      end() {
        after = reads();
        for (const node of nodes) node.jumpClock(-number(fault, 'ms'));
      },
      affected: () => (after ?? reads()) - before,
    };
  },
};
