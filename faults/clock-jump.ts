/**
 * The wall clocks of the brokers jump apart, every other one the other way, and later jump back. Nothing that concerns safety
 * may notice. All of them, because only a few brokers (coordinators, for timestamps) ever look at the wall clock.
 */
import * as fc from 'fast-check';
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { reached } from './target.ts';
import { faultArbitrary, millis } from './window.ts';

const DAY_MS = 86_400_000;

export const clockJump: FaultType = {
  kind: 'clock-jump',
  summary: 'The wall clocks of the brokers jump apart, and jump back.',
  on: 'brokers',
  params: { ms: { min: -DAY_MS, max: DAY_MS, not: 0 } },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('clock-jump', shape, {
      minMs: 5_000,
      maxMs: 20_000,
      target: fc.constant<readonly string[]>([]),
      params: fc.tuple(fc.constantFrom(1, -1), millis(100, 300_000)).map(([sign, ms]) => ({ ms: sign * ms })),
    }),
  describe: (fault) => `clocks of ${targets(fault)} ${number(fault, 'ms') < 0 ? 'back' : 'ahead'} and, in turn, ${number(fault, 'ms') < 0 ? 'ahead' : 'back'} by ${seconds(Math.abs(number(fault, 'ms')))} for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const nodes = reached(fault, world).map((name) => world.sim.node(name));
    const reads = (): number => nodes.reduce((sum, node) => sum + node.clock.wallReads, 0);
    const before = reads();
    let after: number | undefined;
    const jump = (ms: number): void => nodes.forEach((node, index) => node.jumpClock(index % 2 === 0 ? ms : -ms));
    jump(number(fault, 'ms'));
    return {
      end() {
        after = reads();
        jump(-number(fault, 'ms'));
      },
      affected: () => (after ?? reads()) - before,
    };
  },
};
