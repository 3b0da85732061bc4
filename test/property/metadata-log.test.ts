/**
 * The metadata log against its model: a counter that several processes move at once, through lost replies, late
 * arrivals, conflicts, outages, deaths and garbage collection. However it goes, every block is given out once.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MetadataLog } from '../../broker/metadata/log.ts';
import { inspectMetadata } from '../../broker/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { Sim } from '../../sim/index.ts';
import { storeTrouble, troubled } from './store-trouble.ts';

const WRITERS = ['w1', 'w2', 'w3'];
const APPENDS = 12;

const plan = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  trouble: storeTrouble,
  kills: fc.array(fc.record({ writer: fc.constantFrom(...WRITERS), atMs: fc.integer({ min: 50, max: 4000 }) }), { maxLength: 3 }),
  snapshotEvery: fc.integer({ min: 3, max: 12 }),
});

test('whatever happens to requests and processes, the log has one history', async () => {
  await fc.assert(fc.asyncProperty(plan, async ({ seed, trouble, kills, snapshotEvery }) => {
    const sim = new Sim({ seed });
    const blocks: number[] = [];
    const done = new Set<string>();
    let attempts = 0;
    const write = async (rt: Runtime, brokerId: number): Promise<void> => {
      const log = new MetadataLog({ runtime: rt, incarnation: `${rt.node}-${rt.random.fork(`life ${sim.node(rt.node).incarnation}`).u32()}`, onApplied: () => {}, onReloaded: () => {} });
      await log.open();
      const [registered] = await log.append([{ type: 'register-broker', clusterId: 'wavetank', brokerId, host: rt.node, port: 9092 }], 0);
      const brokerEpoch = registered!.ok ? registered!.value : 0;
      for (let at = 0; at < APPENDS; at += 1) {
        attempts += 1;
        const [result] = await log.append([{ type: 'allocate-producer-ids', brokerId, brokerEpoch, count: 1 }], brokerEpoch);
        if (result!.ok) blocks.push(result!.value);
        if (log.state.seq % snapshotEvery === 0) await log.snapshot().catch(() => undefined);
      }
      log.close();
      done.add(rt.node);
    };
    WRITERS.forEach((name, at) => sim.addNode({ name, role: 'broker', main: (rt) => write(rt, at + 1) }).start());
    troubled(sim, trouble);
    for (const { writer, atMs } of kills) {
      sim.control.after(atMs * 1000, 'kill', () => {
        if (done.has(writer) || sim.node(writer).state === 'down') return;
        sim.node(writer).kill('test');
        sim.control.after(500_000, 'start', () => sim.node(writer).start());
      });
    }
    const finished = await sim.runUntil(() => done.size === WRITERS.length, 600_000_000);
    expect(finished).toBe(true);
    expect(sim.findings).toEqual([]);
    await sim.runUntil(() => false, sim.nowUs + 60_000_000); // let what is late arrive
    const state = inspectMetadata(sim.store.inspect());
    expect(new Set(blocks).size).toBe(blocks.length);
    expect(Math.max(...blocks)).toBeLessThan(state.nextProducerId);
    expect(state.nextProducerId - 1).toBeGreaterThanOrEqual(blocks.length);
    expect(state.nextProducerId - 1).toBeLessThanOrEqual(attempts);
    sim.close();
  }), { numRuns: 150 });
});
