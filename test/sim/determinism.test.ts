import { describe, expect, it } from 'vitest';
import { CHECKPOINT_EVENTS, describeDivergence, differingWindow, firstDifference, Sim } from '../../sim/index.ts';
import type { TraceArgs, TraceEvent } from '../../runtime/index.ts';
import { recorded, SECOND_US, started } from './support.ts';

async function traced(argsOf: (i: number) => TraceArgs, events: number, keep = true): Promise<{ hash: string; checkpoints: readonly string[]; trace: TraceEvent[] }> {
  const { sim, trace } = keep ? recorded(1) : { sim: new Sim({ seed: 1 }), trace: [] };
  started(sim, 'c1', async (rt) => {
    for (let i = 0; i < events; i++) {
      await rt.clock.sleep(1);
      rt.tracer.trace('test.step', argsOf(i));
    }
  });
  await sim.runUntil(() => false, 3600 * SECOND_US);
  return { hash: sim.hash(), checkpoints: sim.checkpoints, trace };
}

describe('determinism', () => {
  it('names the first event that differs', async () => {
    const a = await traced((i) => ({ i }), 10);
    const b = await traced((i) => ({ i: i === 6 ? 60 : i }), 10);
    expect(a.hash).not.toBe(b.hash);
    const found = firstDifference(a.trace, b.trace);
    expect(found?.index).toBe(8);
    if (found === undefined) return;
    expect(describeDivergence(found)).toContain('event 8 differs:\n  a: {"seq":8,');
    expect(found.before).toHaveLength(3);
    expect(firstDifference(a.trace, a.trace)).toBe(undefined);
    expect(firstDifference(a.trace, a.trace.slice(0, 5))).toMatchObject({ index: 6, b: undefined });
  });

  it('notices the order of keys, types and nesting', async () => {
    const variants: TraceArgs[] = [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: '2' }, { a: 1, b: true }, { a: 1, b: null }, { a: 1, b: [2] }, { a: 1, b: { c: 2 } }, { a: 1, b: 2.5 }, { a: 1, b: 2 ** 40 }, { ab: 1, '': 2 }, { a: 1 }];
    const hashes = await Promise.all(variants.map(async (args) => (await traced(() => args, 1)).hash));
    expect(new Set(hashes).size).toBe(variants.length);
  });

  it('hashes the same whether events are kept or not, and finds the window by checkpoints', async () => {
    const events = 3 * CHECKPOINT_EVENTS;
    const kept = await traced((i) => ({ i }), events);
    const swept = await traced((i) => ({ i }), events, false);
    expect(swept.hash).toBe(kept.hash);
    expect(swept.checkpoints).toEqual(kept.checkpoints);
    expect(differingWindow(swept.checkpoints, kept.checkpoints)).toBe(undefined);
    const other = await traced((i) => ({ i: i === CHECKPOINT_EVENTS + 5 ? -1 : i }), events, false);
    expect(differingWindow(kept.checkpoints, other.checkpoints)).toEqual({ from: CHECKPOINT_EVENTS + 1, to: 2 * CHECKPOINT_EVENTS });
  });

  it('is broken by a stray draw, which the trace then shows', async () => {
    let stray = 0;
    const run = async (): Promise<TraceEvent[]> => {
      const { sim, trace } = recorded(1);
      started(sim, 'c1', (rt) => { rt.tracer.trace('test.drawn', { value: stray++ }); });
      await sim.runUntil(() => false, SECOND_US);
      return trace;
    };
    expect(firstDifference(await run(), await run())).toMatchObject({ index: 2 });
  });
});
