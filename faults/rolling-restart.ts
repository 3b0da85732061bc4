/** What an upgrade does: brokers are told to end (SIGTERM), hand over what they lead, and come back, one after the other. */
import * as fc from 'fast-check';
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { whenUp } from './stop.ts';
import { reached } from './target.ts';
import { faultArbitrary, millis, STOP_MIN_MS } from './window.ts';

export const rollingRestart: FaultType = {
  kind: 'rolling-restart',
  summary: 'Brokers are told to end (SIGTERM) in turn, and started again; one that is not ready in time is killed.',
  on: 'brokers',
  params: { everyMs: { min: 10, max: 60_000 } },
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('rolling-restart', shape, {
      minMs: STOP_MIN_MS,
      maxMs: 20_000,
      target: fc.subarray([...shape.brokers], { minLength: 1 }),
      params: millis(2_000, 6_000).map((everyMs) => ({ everyMs })),
    }),
  describe: (fault) => `SIGTERM to ${targets(fault)} in turn, every ${seconds(number(fault, 'everyMs'))} for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const names = reached(fault, world);
    const everyUs = number(fault, 'everyMs') * 1000;
    /** Told to end, with the incarnation that was told. */
    const told = new Map<string, number>();
    let affected = 0;
    let turn = 0;
    let over = false;
    let wait = { cancel: (): void => {} };
    const settle = (name: string): void => {
      const incarnation = told.get(name);
      told.delete(name);
      const node = world.sim.node(name);
      if (incarnation === undefined) return;
      if (node.incarnation !== incarnation || node.state === 'down') affected += 1;
      else {
        affected += node.kill(`fault ${fault.id}: SIGTERM was not enough`);
        world.restart(name);
      }
    };
    const next = (): void => {
      if (over) return;
      const name = names[turn++ % names.length]!;
      wait.cancel();
      settle(name);
      wait = whenUp(world, name, (node) => {
        told.set(name, node.incarnation);
        world.terminate(name);
      });
      world.sim.control.after(everyUs, 'fault.next', next);
    };
    next();
    return {
      end() {
        over = true;
        wait.cancel();
        for (const name of [...told.keys()]) settle(name);
      },
      affected: () => affected,
    };
  },
};
