import { describe, expect, it } from 'vitest';
import { Sim } from '../../sim/index.ts';
import { recorded, SECOND_US, started } from './support.ts';

describe('a node', () => {
  it('loses its timers with a kill, and runs main again with a new incarnation', async () => {
    const { sim, trace } = recorded(1);
    const seen: string[] = [];
    const node = sim.addNode({ name: 'b1', role: 'broker', main: async (rt) => {
      const born = node.incarnation;
      for (;;) {
        await rt.clock.sleep(100);
        seen.push(`${born}@${Math.round(rt.clock.monotonicMs())}`);
      }
    } });
    node.start();
    sim.control.after(250_000, 'kill', () => { expect(node.kill('test')).toBe(1); });
    sim.control.after(1_000_000, 'start', () => { node.start(); });
    await sim.runUntil(() => false, 1_250_000);
    expect(seen).toEqual(['1@100', '1@200', '2@100', '2@200']);
    expect(trace.filter(({ kind }) => kind.startsWith('node.')).map(({ kind, args }) => [kind, args])).toEqual([
      ['node.start', { incarnation: 1 }], ['node.kill', { reason: 'test', dropped: 1 }], ['node.start', { incarnation: 2 }]]);
  });

  it('holds events in order while paused', async () => {
    const { sim, trace } = recorded(1);
    const seen: number[] = [];
    const node = started(sim, 'c1', (rt) => {
      for (let i = 10; i >= 1; i--) rt.clock.setTimer(i, () => { seen.push(i); });
      rt.clock.setTimer(7, () => {}).cancel();
    });
    sim.control.after(3_500, 'pause', () => { node.pause(); });
    let held = -1;
    sim.control.after(8_500, 'resume', () => {
      expect(seen).toEqual([1, 2, 3]);
      held = node.resume();
      expect(seen).toEqual([1, 2, 3]);
    });
    await sim.runUntil(() => false, SECOND_US);
    expect(held).toBe(5);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(trace.find(({ kind }) => kind === 'node.resume')?.args).toEqual({ held: 5 });
  });

  it('can cancel a timer that is being held', async () => {
    const sim = new Sim({ seed: 1 });
    let fired = false;
    const node = started(sim, 'c1', (rt) => {
      const later = rt.clock.setTimer(5, () => { fired = true; });
      rt.clock.setTimer(4, () => { later.cancel(); });
    });
    sim.control.after(1_000, 'pause', () => { node.pause(); });
    sim.control.after(9_000, 'resume', () => { node.resume(); });
    await sim.runUntil(() => false, SECOND_US);
    expect(fired).toBe(false);
  });

  it('ends by exit: nothing it scheduled runs, and the driver hears of it', async () => {
    const { sim, trace } = recorded(1);
    const after: string[] = [];
    const reasons: string[] = [];
    sim.addNode({
      name: 'b1', role: 'broker', onExit: (reason) => { reasons.push(reason); },
      main: async (rt) => {
        rt.clock.setTimer(5, () => { after.push('timer'); });
        await rt.clock.sleep(1);
        rt.exit('fenced');
        rt.tracer.trace('test.ghost', {});
        await rt.clock.sleep(1);
        after.push('sleep');
      },
    }).start();
    await sim.runUntil(() => false, SECOND_US);
    expect([reasons, after, sim.node('b1').state]).toEqual([['fenced'], [], 'down']);
    expect(trace.some(({ kind }) => kind === 'test.ghost')).toBe(false);
    expect(sim.findings).toEqual([]);
  });

  const crashes: Record<string, (fail: () => never) => void> = {
    'an event that throws': (fail) => fail(),
    'a microtask that throws': (fail) => { queueMicrotask(fail); },
    'a tick that throws': (fail) => { process.nextTick(fail); },
    'a rejection that nobody handles': (fail) => { void Promise.resolve().then(fail); },
    'a timer that throws': (fail) => { setTimeout(fail, 5); },
  };
  it.each(Object.entries(crashes))('goes down with %s, alone', async (_, crash) => {
    const { sim, trace } = recorded(1);
    const before = [process.rawListeners('uncaughtException'), process.rawListeners('unhandledRejection')];
    const exits: string[] = [];
    sim.addNode({ name: 'b1', role: 'broker', main: (rt) => { rt.clock.setTimer(1, () => { crash(() => { throw new TypeError('boom'); }); }); }, onExit: (reason) => { exits.push(reason); } }).start();
    let alive = 0;
    started(sim, 'c1', async (rt) => { for (;;) { await rt.clock.sleep(1); alive++; } });
    await sim.runUntil(() => alive >= 20, SECOND_US);
    expect(sim.findings).toMatchObject([{ node: 'b1', kind: 'crash', message: 'TypeError: boom' }]);
    expect(sim.findings[0]?.stack).toContain('node.test');
    expect(trace.find(({ kind }) => kind === 'node.crash')).toMatchObject({ node: 'b1', args: { message: 'TypeError: boom' }, seq: sim.findings[0]?.seq });
    expect([sim.node('b1').state, sim.node('c1').state, exits]).toEqual(['down', 'up', ['crash: TypeError: boom']]);
    expect([process.rawListeners('uncaughtException'), process.rawListeners('unhandledRejection')]).toEqual(before);
  });

  it('rethrows what the driver throws, and puts the process back', async () => {
    const sim = new Sim({ seed: 1 });
    started(sim, 'c1', () => {});
    const before = process.rawListeners('uncaughtException');
    await expect(sim.runUntil(() => { throw new Error('driver'); }, SECOND_US)).rejects.toThrow('driver');
    expect(process.rawListeners('uncaughtException')).toEqual(before);
    expect(await sim.runUntil(() => true, SECOND_US)).toBe(true);
  });

  it('has clocks of its own: they jump and drift, and monotonic time never goes back', async () => {
    const sim = new Sim({ seed: 1 });
    const wall: number[] = [];
    const monotonic: number[] = [];
    const node = started(sim, 'b1', async (rt) => {
      for (;;) {
        wall.push(rt.clock.nowMs());
        monotonic.push(rt.clock.monotonicMs());
        await rt.clock.sleep(1000);
      }
    });
    sim.control.after(1_500_000, 'jump', () => { node.jumpClock(-60_000); });
    sim.control.after(3_000_500, 'drift', () => { node.driftClock(100_000); });
    await sim.runUntil(() => false, 6 * SECOND_US);
    expect(wall.slice(1).map((ms, i) => ms - (wall[i] as number))).toEqual([1000, -59_000, 1000, 1100, 1000, 1000]);
    expect(monotonic.every((ms, i) => i === 0 || ms >= (monotonic[i - 1] as number))).toBe(true);
    expect(node.clock.wallReads).toBe(wall.length);
    // Ten percent fast from the fourth reading on (the timer under way then keeps its time in the world): one more fits in.
    expect(wall).toHaveLength(7);
  });

  it('keeps the order of what one node does in one instant, and lets the seed choose among nodes', async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const sim = new Sim({ seed });
      const seen: string[] = [];
      for (const name of ['a', 'b', 'c']) {
        started(sim, name, (rt) => { for (let i = 0; i < 3; i++) rt.clock.setTimer(1, () => { seen.push(`${name}${i}`); }); });
      }
      await sim.runUntil(() => seen.length === 9, SECOND_US);
      for (const name of ['a', 'b', 'c']) expect(seen.filter((it) => it.startsWith(name))).toEqual([`${name}0`, `${name}1`, `${name}2`]);
      orders.add(seen.join());
    }
    expect(orders.size).toBeGreaterThan(2);
  });
});
