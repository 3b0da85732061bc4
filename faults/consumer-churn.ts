/** Consumers leave and join in turn, so that the group rebalances again before it has settled. */
import * as fc from 'fast-check';
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { whenUp } from './stop.ts';
import { reached } from './target.ts';
import { consumersOf, faultArbitrary, millis } from './window.ts';

export const consumerChurn: FaultType = {
  kind: 'consumer-churn',
  summary: 'Consumers are killed and started again in turn, one rebalance after the other.',
  on: 'consumers',
  params: { everyMs: { min: 10, max: 60_000 }, downMs: { min: 10, max: 60_000 } },
  applies: (shape) => consumersOf(shape).length > 0,
  arbitrary: (shape) =>
    faultArbitrary('consumer-churn', shape, {
      minMs: 4_000,
      maxMs: 20_000,
      target: fc.subarray([...consumersOf(shape)], { minLength: 1 }),
      params: fc.tuple(millis(1_000, 5_000), millis(200, 1_000)).map(([everyMs, downMs]) => ({ everyMs, downMs })),
    }),
  describe: (fault) => `${targets(fault)} leave and join every ${seconds(number(fault, 'everyMs'))} for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const everyUs = number(fault, 'everyMs') * 1000;
    const downUs = number(fault, 'downMs') * 1000;
    const down = new Map<string, number>();
    const names = reached(fault, world);
    let affected = 0;
    let turn = 0;
    let over = false;
    const raise = (name: string): void => {
      const node = world.sim.node(name);
      if (node.state === 'down' && node.incarnation === down.get(name)) world.restart(name);
      down.delete(name);
    };
    let wait = { cancel: (): void => {} };
    const leave = (): void => {
      const name = names[turn++ % names.length]!;
      wait.cancel();
      wait = whenUp(world, name, (node) => {
        affected += node.kill(`fault ${fault.id}`);
        down.set(name, node.incarnation);
        world.sim.control.after(downUs, 'fault.join', () => raise(name));
      });
      world.sim.control.after(everyUs, 'fault.leave', () => void (over || leave()));
    };
    leave();
    return {
      end() {
        over = true;
        wait.cancel();
        for (const name of down.keys()) raise(name);
      },
      affected: () => affected,
    };
  },
};
