/**
 * The write-ahead log and its recovery against their model: what was acknowledged is recovered, in order, once; what is
 * recovered was appended; and after the seal a zombie is told nothing that is not so. Under lost replies, late arrivals,
 * conflicts, outages, pauses, kills, and recoverers that die half way.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyState, walKey, type ClusterState } from '../../broker/metadata/state.ts';
import { encodeBatch } from '../../broker/protocol/index.ts';
import { decodeFooter, decodeIndex, dataKey, FOOTER_BYTES } from '../../broker/storage/data-object.ts';
import { ObjectReader } from '../../broker/storage/object-reader.ts';
import { recoverWal } from '../../broker/storage/recovery.ts';
import { Wal } from '../../broker/storage/wal.ts';
import { Sim } from '../../sim/index.ts';
import { storeTrouble, troubled } from './store-trouble.ts';

const BROKER = 1;
const EPOCH = 7;
const LEADER_EPOCH = 9;
const STREAMS = [1, 2];

const plan = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  trouble: storeTrouble,
  gapsMs: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 5, maxLength: 60 }),
  window: fc.integer({ min: 1, max: 6 }),
  zombie: fc.constantFrom('killed' as const, 'paused' as const, 'alive' as const),
  fencedAtMs: fc.integer({ min: 100, max: 3000 }),
  firstRecovererDiesAfterMs: fc.option(fc.integer({ min: 1, max: 2000 })),
});

test('recovered is what was acknowledged, and nothing is acknowledged after', async () => {
  await fc.assert(fc.asyncProperty(plan, async ({ seed, trouble, gapsMs, window, zombie, fencedAtMs, firstRecovererDiesAfterMs }) => {
    const sim = new Sim({ seed });
    const appended: string[] = [];
    const acked: string[] = [];
    sim.addNode({
      name: 'owner', role: 'broker', main: async (rt) => {
        const wal = new Wal(rt, BROKER, EPOCH, { batchBytes: 400, lingerMs: 5, window }, (reason) => rt.exit(reason), () => {});
        const ends = new Map(STREAMS.map((id) => [id, 0]));
        for (const [at, gapMs] of gapsMs.entries()) {
          const streamId = STREAMS[at % STREAMS.length]!;
          const baseOffset = ends.get(streamId)!;
          const name = `${streamId}@${baseOffset}`;
          ends.set(streamId, baseOffset + 1);
          appended.push(name);
          const batch = encodeBatch([{ key: null, value: Buffer.from(name), timestampMs: 1 }]);
          wal.append({ streamId, leaderEpoch: LEADER_EPOCH, baseOffset, count: 1, batch }, () => acked.push(name));
          if (gapMs > 0) await rt.clock.sleep(gapMs);
        }
      },
    }).start();
    troubled(sim, trouble);

    const state = stateWithTwoStreams();
    let committed: readonly { objectId: string; ranges: readonly { streamId: number; start: number; end: number }[] }[] | undefined;
    const recoverer = sim.addNode({
      name: 'recoverer', role: 'broker', main: async (rt) => {
        let ordinal = 0;
        const { incarnation } = recoverer;
        await recoverWal({
          runtime: rt, state: () => state, refresh: async () => {}, reader: new ObjectReader(rt.objects), newObjectId: () => `${incarnation}-${(ordinal += 1)}`,
          wal: { brokerId: BROKER, brokerEpoch: EPOCH, trimSlot: 0, fenced: true },
          commit: async (objects) => {
            committed ??= objects; // the log lets only the first through
            return { ok: true, value: 0 };
          },
        });
      },
    });
    sim.control.after(fencedAtMs * 1000, 'fence', () => {
      if (zombie === 'killed' && sim.node('owner').state === 'up') sim.node('owner').kill('test');
      if (zombie === 'paused' && sim.node('owner').state === 'up') sim.node('owner').pause();
      recoverer.start();
      if (firstRecovererDiesAfterMs === null) return;
      sim.control.after(firstRecovererDiesAfterMs * 1000, 'second recoverer', () => {
        if (committed !== undefined) return;
        recoverer.kill('test');
        recoverer.start();
      });
    });
    expect(await sim.runUntil(() => committed !== undefined, 300_000_000)).toBe(true);
    const ackedBefore = acked.length;
    if (sim.node('owner').state === 'paused') sim.control.after(0, 'resume', () => sim.node('owner').resume());
    await sim.runUntil(() => false, sim.nowUs + 60_000_000);
    expect(sim.findings).toEqual([]);

    const recovered = new Set<string>();
    const objects = sim.store.inspect();
    for (const object of committed!) {
      const bytes = objects.get(dataKey(object.objectId))!;
      const place = decodeFooter(bytes.subarray(bytes.length - FOOTER_BYTES), object.objectId);
      const index = decodeIndex(bytes.subarray(place.position, place.position + place.sizeBytes), place.crc, object.objectId);
      for (const stream of index.streams) for (let offset = stream.start; offset < stream.end; offset += 1) recovered.add(`${stream.streamId}@${offset}`);
    }
    expect(acked.filter((name) => !recovered.has(name))).toEqual([]);
    expect([...recovered].filter((name) => !appended.includes(name))).toEqual([]);
    expect(acked).toEqual(appended.slice(0, acked.length));
    expect(ackedBefore).toBeLessThanOrEqual(recovered.size);
    sim.close();
  }), { numRuns: 300 });
});

function stateWithTwoStreams(): ClusterState {
  const state = emptyState();
  state.wals.set(walKey(BROKER, EPOCH), { brokerId: BROKER, brokerEpoch: EPOCH, trimSlot: 0, fenced: true });
  for (const streamId of STREAMS) {
    state.streams.set(streamId, { topic: 't', index: streamId, streamId, leader: -1, lastLeader: BROKER, brokerEpoch: EPOCH, leaderEpoch: LEADER_EPOCH, start: 0, end: 0, ranges: [] });
  }
  return state;
}
