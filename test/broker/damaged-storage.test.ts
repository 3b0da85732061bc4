/** Stored bytes that are not what was written: a typed refusal, told where it was found; never served, never passed over. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { batchOf, createTopic, fetch, Lab, produce } from './lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.of(1, { uploadMs: 500, hotBytes: 0 });
  await lab.wire(async (wire) => {
    await createTopic(wire);
    await createTopic(wire, 'sound');
    await produce(wire, batchOf(['a', 'b', 'c']));
  });
  await lab.run(3);
  await lab.wire((wire) => produce(wire, batchOf(['d']), { topic: 'sound' }));
  await lab.run(3);
});
afterEach(() => lab.sim.close());

/** Changes one byte of every object under `prefix`; `at` counts from the end when negative. */
function damage(prefix: string, at: number, which: (keys: string[]) => string[] = (keys) => keys): void {
  const objects = lab.sim.store.inspect();
  const keys = which([...objects.keys()].filter((key) => key.startsWith(prefix)).sort());
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    const bytes = objects.get(key)!;
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = bytes[place]! ^ 0xff;
  }
}

async function restart(): Promise<void> {
  lab.sim.node('b1').kill('test');
  lab.brokers.clear();
  lab.sim.node('b1').start();
  await lab.run(25);
}

const first = (keys: string[]): string[] => keys.slice(0, 1);
const firstOfAll = (): string => [...lab.sim.store.inspect().keys()].filter((key) => key.startsWith('data/')).sort((a, b) => (a.split('/')[2]! < b.split('/')[2]! ? -1 : 1))[0]!;

describe('a data object', () => {
  test('with a damaged block: its reader is told CORRUPT_MESSAGE, others are served', async () => {
    damage(firstOfAll(), 70);
    const found = await lab.wire(async (wire) => [
      (await fetch(wire)).errorCode,
      (await wire.ask('ListOffsets', 1, { topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: 0 }] }] })).topics[0]!.partitions[0]!.errorCode,
      (await produce(wire, batchOf(['more']))).errorCode,
      (await fetch(wire, { topic: 'sound' })).errorCode,
    ]);
    expect(found).toEqual([ErrorCode.CORRUPT_MESSAGE, ErrorCode.CORRUPT_MESSAGE, 0, 0]);
    expect(lab.kinds('partition.damaged')[0]!.args).toMatchObject({ tp: 't-0', why: expect.stringContaining('corrupt') as string });
    expect(lab.sim.findings).toEqual([]);
  });

  test.each([['footer', -3], ['index', -40]])('with a damaged %s: its partition is not opened by the next leader; others are', async (_, at) => {
    damage(firstOfAll(), at);
    await restart();
    const found = await lab.wire(async (wire) => [
      (await fetch(wire)).errorCode, (await produce(wire, batchOf(['e']))).errorCode,
      (await wire.ask('ListOffsets', 1, { topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -1 }] }] })).topics[0]!.partitions[0]!.errorCode,
      (await fetch(wire, { topic: 'sound' })).errorCode, (await produce(wire, batchOf(['e']), { topic: 'sound' })).errorCode,
    ]);
    expect(found).toEqual([ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.KAFKA_STORAGE_ERROR, 0, 0]);
    expect(lab.sim.findings).toEqual([]);
  });

  test('that is gone: a storage error, not an empty answer', async () => {
    const objects = lab.sim.store.inspect() as Map<string, Buffer>;
    objects.delete(firstOfAll());
    expect(await lab.wire(async (wire) => (await fetch(wire, { maxWaitMs: 100 })).errorCode)).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(lab.sim.findings).toEqual([]);
  });
});

describe('a WAL slot', () => {
  test.each([['header', 20], ['body', -5]])('with a damaged %s: its recovery refuses, and its partitions are led by nobody', async (_, at) => {
    await lab.wire(async (wire) => {
      for (const value of ['x', 'y']) await produce(wire, batchOf([value]));
    });
    damage('wal/1/', at);
    await restart();
    expect(lab.kinds('recovery.refused')[0]!.args['why']).toContain('corrupt');
    expect(lab.kinds('recovery.done')).toEqual([]);
    expect(await lab.wire(async (wire) => (await produce(wire, batchOf(['z']))).errorCode)).not.toBe(0);
    expect(lab.sim.findings).toEqual([]);
  });
});

describe('a metadata entry', () => {
  test.each([['its first byte', 0], ['its middle', 40], ['its last byte', -1]])('damaged at %s: no broker starts on it', async (_, at) => {
    damage('meta/log/', at, (keys) => first(keys.slice(1)));
    await restart();
    expect(lab.brokers.size).toBe(0);
    expect(lab.sim.findings.map(({ message }) => message).join()).toMatch(/MetadataCorruptError: meta\/log\/\d+ is corrupt/);
  });

  test('of another log, intact by itself: it does not continue this one', async () => {
    const objects = lab.sim.store.inspect() as Map<string, Buffer>;
    const [one, two] = [...objects.keys()].filter((key) => key.startsWith('meta/log/')).sort();
    objects.set(two!, objects.get(one!)!);
    await restart();
    expect(lab.brokers.size).toBe(0);
    expect(lab.sim.findings.map(({ message }) => message).join()).toMatch(/MetadataCorruptError.*does not continue/);
  });
});
