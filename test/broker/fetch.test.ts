/** Fetch and ListOffsets: bounds, long polls, sessions, epochs, times; hot from memory and cold from data objects. */
import { crc32c } from '@node-rs/crc32';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorCode, splitBatches } from '../../broker/protocol/index.ts';
import { addressOf, batchOf, createTopic, fetch, fetchBody, Lab, produce, valuesOf, type FetchInit } from './lab.ts';
import { Wire } from './wire.ts';

describe.each([['hot', 1 << 20], ['cold', 0]])('%s: a log of ten batches of two', (_, hotBytes) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.of(1, { hotBytes, uploadMs: 500 });
    await lab.wire(async (wire) => {
      await createTopic(wire);
      await createTopic(wire, 'other', 2);
      for (let at = 0; at < 20; at += 2) await produce(wire, batchOf([`v${at}`, `v${at + 1}`]));
      await produce(wire, batchOf(['x'.repeat(5000)]), { topic: 'other' });
    });
    await lab.run(3);
  });
  afterAll(() => {
    expect(lab.sim.findings).toEqual([]);
    expect(lab.kinds('partition.cold-read').length > 0).toBe(hotBytes === 0);
    lab.sim.close();
  });

  test('is read from any offset, in whole batches', async () => {
    const read = await lab.wire(async (wire) => {
      const values: string[][] = [];
      for (let offset = 0; offset < 20; offset += 1) values.push(valuesOf((await fetch(wire, { offset })).records));
      return values;
    });
    const all = Array.from({ length: 20 }, (_item, at) => `v${at}`);
    expect(read).toEqual(all.map((_item, offset) => all.slice(offset - (offset % 2))));
  });

  test.each<[string, FetchInit, number]>([
    ['no bytes at all: one batch all the same', { maxBytes: 0 }, 1],
    ['a negative bound', { maxBytes: -5 }, 1],
    ['a tiny bound of the partition', { partitionMaxBytes: 1 }, 1],
    ['a negative bound of the partition', { partitionMaxBytes: -1 }, 1],
    ['room for two and a half', { partitionMaxBytes: 210 }, 2],
    ['the largest bounds', { maxBytes: 0x7fff_ffff, partitionMaxBytes: 0x7fff_ffff }, 10],
  ])('with %s', async (_name, init, batches) => {
    const { errorCode, records } = await lab.wire((wire) => fetch(wire, init));
    expect({ errorCode, batches: splitBatches(records!).length }).toEqual({ errorCode: 0, batches });
  });

  test('the whole answer keeps to its bound: a second partition gets nothing beyond it', async () => {
    const partition = (index: number) => ({ partition: index, fetchOffset: 0, partitionMaxBytes: 1 << 20 });
    const sizes = await lab.wire(async (wire) => {
      const body = { ...fetchBody({ maxBytes: 300 }), topics: [{ topic: 't', partitions: [partition(0)] }, { topic: 'other', partitions: [partition(0), partition(1)] }] };
      const { responses } = await wire.ask('Fetch', 12, body);
      return responses.flatMap(({ partitions }) => partitions.map(({ records }) => records!.length));
    });
    expect(sizes[0]).toBeGreaterThan(0);
    expect(sizes[0]).toBeLessThanOrEqual(300);
    expect(sizes.slice(1)).toEqual([0, 0]);
  });

  test.each<[string, FetchInit, number]>([
    ['an offset below the start', { offset: -1 }, ErrorCode.OFFSET_OUT_OF_RANGE],
    ['an offset beyond the end', { offset: 21 }, ErrorCode.OFFSET_OUT_OF_RANGE],
    ['an offset at the end of numbers', { offset: Number.MAX_SAFE_INTEGER }, ErrorCode.OFFSET_OUT_OF_RANGE],
    ['the end: nothing yet', { offset: 20 }, ErrorCode.NONE],
    ['an unknown topic', { topic: 'nowhere' }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['an unknown partition', { index: 9 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['an older leader epoch', { leaderEpoch: 0 }, ErrorCode.FENCED_LEADER_EPOCH],
    ['a leader epoch to come', { leaderEpoch: 1_000_000 }, ErrorCode.UNKNOWN_LEADER_EPOCH],
  ])('asked for %s', async (_name, init, errorCode) => {
    expect(await lab.wire(async (wire) => (await fetch(wire, { ...init, maxWaitMs: 10 })).errorCode)).toBe(errorCode);
  });

  test('is found by time', async () => {
    const offsets = await lab.wire(async (wire) => {
      const found: number[][] = [];
      for (const timestamp of [-1, -2, 0, 1000, 1001, 1002, -7]) {
        const { topics } = await wire.ask('ListOffsets', 7, { isolationLevel: 0, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }] });
        const { errorCode, offset } = topics[0]!.partitions[0]!;
        found.push([errorCode, offset]);
      }
      return found;
    });
    expect(offsets).toEqual([[0, 20], [0, 0], [0, 0], [0, 0], [0, 1], [0, -1], [ErrorCode.UNSUPPORTED_VERSION, -1]]);
  });

  test('is listed by the leader epoch asked for only, and only where it is', async () => {
    const errors = await lab.wire(async (wire) => {
      const partitions = [{ partitionIndex: 0, currentLeaderEpoch: 0, timestamp: -1 }, { partitionIndex: 0, currentLeaderEpoch: 1_000_000, timestamp: -1 }, { partitionIndex: 4, timestamp: -1 }];
      return (await wire.ask('ListOffsets', 5, { isolationLevel: 0, topics: [{ name: 't', partitions }] })).topics[0]!.partitions.map(({ errorCode }) => errorCode);
    });
    expect(errors).toEqual([ErrorCode.FENCED_LEADER_EPOCH, ErrorCode.UNKNOWN_LEADER_EPOCH, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
  });
});

describe('a long poll', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.of(1);
    await lab.wire((wire) => createTopic(wire));
  });
  afterAll(() => {
    expect(lab.sim.findings).toEqual([]);
    lab.sim.close();
  });

  test('ends with what another client produces', async () => {
    const found = await lab.job(async (rt) => {
      const [reader, writer] = [await Wire.open(rt.network, addressOf('b1')), await Wire.open(rt.network, addressOf('b1'))];
      const begunMs = rt.clock.monotonicMs();
      const answer = fetch(reader, { maxWaitMs: 60_000 });
      await rt.clock.sleep(500);
      await produce(writer, batchOf(['now']));
      return { values: valuesOf((await answer).records), ms: rt.clock.monotonicMs() - begunMs };
    });
    expect(found.values).toEqual(['now']);
    expect(found.ms).toBeGreaterThan(500);
    expect(found.ms).toBeLessThan(2000);
  });

  test.each<[string, FetchInit, number, number]>([
    ['ends with its time when nothing comes', { offset: 1, maxWaitMs: 700 }, 700, 900],
    ['ends with its time when too little is there', { maxWaitMs: 700, minBytes: 1000 }, 700, 900],
    ['does not wait for more than the answer may hold', { maxWaitMs: 700, minBytes: 0x7fff_ffff, maxBytes: 60 }, 0, 300],
    ['does not wait when it asks for nothing', { offset: 1, maxWaitMs: 700, minBytes: 0 }, 0, 300],
    ['does not wait with an error to tell', { topic: 'nowhere', maxWaitMs: 700 }, 0, 300],
    ['does not wait a negative time', { offset: 1, maxWaitMs: -1 }, 0, 300],
  ])('%s', async (_name, init, fromMs, toMs) => {
    const ms = await lab.wire(async (wire, rt) => {
      const begunMs = rt.clock.monotonicMs();
      await fetch(wire, init);
      return rt.clock.monotonicMs() - begunMs;
    });
    expect(ms).toBeGreaterThanOrEqual(fromMs);
    expect(ms).toBeLessThan(toMs);
  });

  test('holds up what its own connection asks after it, and nobody else', async () => {
    const found = await lab.job(async (rt) => {
      const [one, two] = [await Wire.open(rt.network, addressOf('b1')), await Wire.open(rt.network, addressOf('b1'))];
      one.send('Fetch', 12, fetchBody({ offset: 1, maxWaitMs: 1000 }));
      one.send('ApiVersions', 0, {});
      await rt.clock.sleep(300);
      const other = (await two.ask('ApiVersions', 0, {})).errorCode;
      const early = one.frames.length;
      await one.next();
      await one.next();
      return { other, early };
    });
    expect(found).toEqual({ other: 0, early: 0 });
  });
});

test('fetch sessions are not offered: full requests are served, incremental ones refused', async () => {
  const lab = await Lab.of(1);
  const found = await lab.wire(async (wire) => {
    await createTopic(wire);
    await produce(wire, batchOf(['a']));
    const ask = async (sessionId: number, sessionEpoch: number) => {
      const { errorCode, sessionId: given, responses } = await wire.ask('Fetch', 11, fetchBody({ sessionId, sessionEpoch }));
      return [errorCode, given, responses.length];
    };
    return [await ask(0, -1), await ask(0, 0), await ask(7, 0), await ask(7, -1), await ask(7, 1), await ask(0, 3)];
  });
  const unknown = [ErrorCode.FETCH_SESSION_ID_NOT_FOUND, 0, 0];
  expect(found).toEqual([[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1], unknown, unknown]);
  lab.sim.close();
});

test.each<[string, (batch: Buffer) => unknown]>([
  ['compressed', (batch) => (batch.writeInt16BE(1, 21), batch.fill(0xee, 61))],
  ['cut right, but nonsense inside', (batch) => batch.fill(0x7f, 65, 66)],
])('a batch whose records nobody here can read is found by its time as a whole: %s', async (_, spoil) => {
  const lab = await Lab.of(1);
  const batch = batchOf(['a', 'b']);
  spoil(batch);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  const found = await lab.wire(async (wire) => {
    await createTopic(wire);
    const { errorCode } = await produce(wire, batch);
    const { topics } = await wire.ask('ListOffsets', 1, { topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: 1001 }] }] });
    return { errorCode, offset: topics[0]!.partitions[0]!.offset };
  });
  expect(found).toEqual({ errorCode: 0, offset: 0 });
  expect(lab.sim.findings).toEqual([]);
  lab.sim.close();
});
