import { describe, expect, it } from 'vitest';
import { Sim } from '../../sim/index.ts';
import { collect, echo, inside, recorded, SECOND_US, started } from './support.ts';
import type { Sim as SimType } from '../../sim/index.ts';

async function busy(sim: SimType): Promise<string> {
  started(sim, 'b1', echo(), 'broker');
  let left = 3;
  for (const name of ['c1', 'c2', 'c3']) {
    started(sim, name, async (rt) => {
      await rt.clock.sleep(10);
      const connection = await rt.network.connect({ host: 'b1', port: 9000 }, 1000);
      const seen = collect(connection);
      for (let i = 0; i < 20; i++) {
        connection.write([Buffer.from(`${name}:${rt.random.int(0, 99)};`)]);
        await rt.clock.sleep(rt.random.int(1, 5));
        await rt.objects.put(`k/${i % 7}`, Buffer.from(seen.text), { ifAbsent: true });
      }
      rt.tracer.trace('test.seen', { text: seen.text });
      left--;
    });
  }
  expect(await sim.runUntil(() => left === 0, 60 * SECOND_US)).toBe(true);
  return sim.hash();
}

describe('a world', () => {
  it('runs the same from the same seed, in one process', async () => {
    const first = recorded(7);
    const second = recorded(7);
    const hash = await busy(first.sim);
    expect(await busy(second.sim)).toBe(hash);
    expect(second.trace).toEqual(first.trace);
    expect(first.sim.findings).toEqual([]);
    expect(await busy(new Sim({ seed: 7 }))).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('runs the same when two worlds take turns', async () => {
    const [a, b] = await Promise.all([busy(new Sim({ seed: 3 })), busy(new Sim({ seed: 3 }))]);
    expect(a).toBe(b);
    expect(await busy(new Sim({ seed: 3 }))).toBe(a);
  });

  it('runs differently from another seed', async () => {
    expect(await busy(new Sim({ seed: 8 }))).not.toBe(await busy(new Sim({ seed: 7 })));
  });

  it('says when the deadline passed', async () => {
    const sim = new Sim({ seed: 1 });
    started(sim, 'c1', () => {});
    expect(await sim.runUntil(() => false, 5 * SECOND_US)).toBe(false);
    expect(sim.nowUs).toBe(5 * SECOND_US);
  });

  it('drains microtasks and ticks before the next event', async () => {
    const sim = new Sim({ seed: 1 });
    const order: string[] = [];
    const node = started(sim, 'c1', () => {});
    node.after(10, 'first', () => {
      void Promise.resolve().then(() => order.push('microtask')).then(() => order.push('later microtask'));
      process.nextTick(() => order.push('tick'));
    });
    node.after(10, 'second', () => order.push('second'));
    await sim.runUntil(() => false, SECOND_US);
    expect(order.at(-1)).toBe('second');
    expect(order).toHaveLength(4);
  });

  it('gives what a job returns', async () => {
    expect(await inside(new Sim({ seed: 1 }), async (rt) => { await rt.clock.sleep(5); return rt.node; })).toBe('job2');
  });
});
