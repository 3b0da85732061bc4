import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sim } from '../../sim/index.ts';
import type { StoreEffect, StoreRule } from '../../sim/index.ts';
import { inside, recorded, SECOND_US, started } from './support.ts';

function rule(effect: StoreEffect, more: Partial<StoreRule> = {}): StoreRule {
  return { id: effect.kind, match: () => true, probability: 1, effect, affected: 0, ...more };
}

const effect: fc.Arbitrary<StoreEffect> = fc.oneof(
  fc.constantFrom<StoreEffect>({ kind: 'unavailable' }, { kind: 'reply-lost' }, { kind: 'conflict' }, { kind: 'block' }),
  fc.tuple(fc.constantFrom('delay' as const, 'late' as const), fc.nat(5_000_000)).map(([kind, minUs]) => ({ kind, minUs, maxUs: minUs + 1_000_000 })),
);

describe('the store', () => {
  it('has exactly one creator of a key, whatever happens to requests and creators', async () => {
    const creator = fc.record({ atMs: fc.nat(60), killMs: fc.option(fc.nat(3500)) });
    const fault = fc.record({ effect, probability: fc.constantFrom(0.3, 1), victim: fc.option(fc.nat(4)), untilMs: fc.integer({ min: 1, max: 4000 }) });
    await fc.assert(fc.asyncProperty(fc.nat(), fc.array(creator, { minLength: 2, maxLength: 5 }), fc.array(fault, { maxLength: 3 }), async (seed, creators, faults) => {
      const { sim, trace } = recorded(seed);
      const told: string[] = [];
      creators.forEach(({ atMs, killMs }, i) => {
        const node = started(sim, `c${i}`, async (rt) => {
          await rt.clock.sleep(atMs);
          told[i] = await rt.objects.put('slot', Buffer.from(`c${i}`), { ifAbsent: true });
        });
        if (killMs !== null) sim.control.after(killMs * 1000, 'kill', () => { node.kill('test'); });
      });
      faults.forEach(({ effect, probability, victim, untilMs }, i) => {
        const it = rule(effect, { id: `f${i}`, probability, match: ({ node }) => victim === null || node === `c${victim}` });
        sim.store.add(it);
        sim.control.after(untilMs * 1000, 'heal', () => { sim.store.remove(it); });
      });
      await sim.runUntil(() => false, 30 * SECOND_US);
      const stored = trace.filter(({ kind, args }) => kind === 'store.apply' && args['outcome'] === 'stored');
      const winners = told.flatMap((outcome, i) => outcome === 'stored' ? [`c${i}`] : []);
      const there = sim.store.inspect().get('slot')?.toString();
      expect(stored.length).toBeLessThanOrEqual(1);
      expect(there).toBe(stored[0]?.args['from']);
      expect(winners.length).toBeLessThanOrEqual(1);
      if (winners.length === 1) expect(there).toBe(winners[0]);
      // Who is told "exists" or "conflict" did not create it.
      told.forEach((outcome, i) => { if (outcome === 'exists' || outcome === 'conflict') expect(there).not.toBe(`c${i}`); });
      expect(sim.findings).toEqual([]);
    }), { numRuns: 150 });
  });

  it.each<[StoreEffect, string, boolean]>([
    [{ kind: 'unavailable' }, 'unknown', false],
    [{ kind: 'reply-lost' }, 'unknown', true],
    [{ kind: 'late', minUs: 10, maxUs: 20 }, 'unknown', true],
    [{ kind: 'conflict' }, 'conflict', false],
    [{ kind: 'delay', minUs: 100_000, maxUs: 200_000 }, 'stored', true],
  ])('%j answers %s', async (it, outcome, there) => {
    const sim = new Sim({ seed: 5 });
    const added = rule(it);
    sim.store.add(added);
    expect(await inside(sim, (rt) => rt.objects.put('k', Buffer.from('v'), { ifAbsent: true }))).toBe(outcome);
    await sim.runUntil(() => false, sim.nowUs + SECOND_US);
    expect([sim.store.inspect().has('k'), added.affected]).toEqual([there, 1]);
  });

  it('applies late requests of a node that has died since', async () => {
    const sim = new Sim({ seed: 1 });
    sim.store.add(rule({ kind: 'late', minUs: SECOND_US, maxUs: SECOND_US }));
    const node = started(sim, 'b1', (rt) => { void rt.objects.put('k', Buffer.from('v')); }, 'broker');
    sim.control.after(SECOND_US, 'kill', () => { expect(node.kill('test')).toBe(1); });
    await sim.runUntil(() => false, 3.9 * SECOND_US);
    expect(sim.store.inspect().size).toBe(0);
    await sim.runUntil(() => false, 5 * SECOND_US);
    expect(sim.store.inspect().size).toBe(1);
  });

  it('is cut off from a node by the rules of the network, in either direction', async () => {
    for (const [from, to, there] of [['job2', 's3', false], ['s3', 'job2', true]] as const) {
      const sim = new Sim({ seed: 1 });
      const cut = { id: 'cut', from: (n: string) => n === from, to: (n: string) => n === to, effect: { kind: 'block' as const }, affected: 0 };
      sim.network.add(cut);
      expect(await inside(sim, async (rt) => [await rt.objects.put('k', Buffer.from('v')), await rt.objects.get('k').catch((error: { code: string }) => error.code)])).toEqual(['unknown', 'UNAVAILABLE']);
      expect([sim.store.inspect().has('k'), cut.affected]).toEqual([there, 2]);
    }
  });

  it('answers blocked requests when the rule ends', async () => {
    const sim = new Sim({ seed: 1 });
    const block = rule({ kind: 'block' });
    sim.store.add(block);
    sim.control.after(SECOND_US, 'heal', () => { sim.store.remove(block); });
    expect(await inside(sim, (rt) => rt.objects.put('k', Buffer.from('v'), { ifAbsent: true }))).toBe('stored');
    expect(sim.nowUs).toBeGreaterThan(SECOND_US);
  });

  it('shifts nothing for others when one node asks once more', async () => {
    const times = async (extra: boolean): Promise<unknown[]> => {
      const { sim, trace } = recorded(9);
      started(sim, 'a', async (rt) => { for (let i = 0; i < 5; i++) await rt.objects.put(`a${i}`, Buffer.from('x')); });
      started(sim, 'b', async (rt) => { if (extra) await rt.objects.get('nothing'); });
      await sim.runUntil(() => false, 5 * SECOND_US);
      return trace.filter(({ node, kind }) => node === 'a' && kind === 's3.done').map(({ t }) => t);
    };
    expect(await times(true)).toEqual(await times(false));
  });

  it('reports a body that changed before the put settled', async () => {
    const sim = new Sim({ seed: 1 });
    started(sim, 'b1', (rt) => {
      const body = Buffer.from('before');
      void rt.objects.put('k', body);
      rt.clock.setTimer(1, () => { body.write('after!'); });
    });
    await sim.runUntil(() => false, SECOND_US);
    expect(sim.findings).toMatchObject([{ node: 'b1', kind: 'misuse' }]);
  });

  it('lists in pages and reads ranges', async () => {
    const sim = new Sim({ seed: 1 });
    const [first, second, range] = await inside(sim, async (rt) => {
      for (let i = 0; i < 1100; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => rt.objects.put(`p/${String(i + j).padStart(5, '0')}`, Buffer.from('0123456789'))));
      await rt.objects.put('q', Buffer.from(''));
      const page = await rt.objects.list('p/');
      return [page, await rt.objects.list('p/', { startAfter: page.objects.at(-1)?.key ?? '' }), await rt.objects.get('p/00000', { start: 2, end: 5 })] as const;
    });
    expect([first.objects.length, first.truncated, second.objects.length, second.truncated, range?.toString()]).toEqual([1000, true, 100, false, '234']);
  });

  it('takes about as long as S3 does', async () => {
    const sim = new Sim({ seed: 1 });
    const us = await inside(sim, async (rt) => {
      const all: number[] = [];
      for (let i = 0; i < 1000; i++) {
        const from = rt.clock.monotonicMs();
        await rt.objects.put(`k${i}`, Buffer.from('x'));
        all.push(rt.clock.monotonicMs() - from);
      }
      return all.sort((a, b) => a - b);
    }, 600 * SECOND_US);
    expect(us[500]).toBeGreaterThan(20);
    expect(us[500]).toBeLessThan(30);
    expect(us[990]).toBeGreaterThan(90);
    expect(us[990]).toBeLessThan(250);
  });
});
