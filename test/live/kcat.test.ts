/** kcat produces 100,000 records while the broker is killed three times; everything acknowledged is read back, once per offset and in order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { kcatProduce, kcatRead } from './kcat.ts';
import type { KcatInput } from './kcat.ts';
import { createTopic } from './topics.ts';
import { sleep } from './waiting.ts';

const RECORDS = 100_000;
const CHUNK = 1_000;
const CHUNKS = RECORDS / CHUNK;
const PARTITIONS = 4;
const ATTEMPTS_MAX = 5;
const KILL_AT = [0.25, 0.5, 0.75].map((part) => Math.floor(CHUNKS * part));

const folder = mkdtempSync(join(tmpdir(), 'wavetank-live-'));
let broker: BrokerProcess;
beforeAll(async () => {
  broker = await BrokerProcess.started({ brokerId: 1, objects: `file:${folder}` });
});
afterAll(async () => {
  await broker.kill9();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  { name: 'idempotent', settings: ['enable.idempotence=true'], copies: false },
  { name: 'plain', settings: ['max.in.flight.requests.per.connection=1'], copies: true },
])('a hundred runs of kcat, $name', async ({ name, settings, copies }) => {
  const topic = `runs-${name}`;
  await createTopic([broker.bootstrap], topic, PARTITIONS);
  const acknowledged: string[] = [];
  let interrupted = 0;
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const kill = KILL_AT.includes(chunk) ? () => killSoon(30 * (KILL_AT.indexOf(chunk) + 1)) : undefined;
    const { values, output } = await produceChunk(topic, chunk, settings, kill);
    acknowledged.push(...values);
    if (kill !== undefined && output !== '') interrupted += 1;
  }
  // kcat says so when the broker leaves it.
  expect(interrupted).toBe(KILL_AT.length);
  expect(acknowledged).toHaveLength(RECORDS);
  await expectAll(topic, acknowledged, { copies });
});

test('one run of kcat, idempotent, with five requests in flight all along', async () => {
  const topic = 'stream';
  await createTopic([broker.bootstrap], topic, PARTITIONS);
  let kills = 0;
  const settings = ['enable.idempotence=true', 'max.in.flight.requests.per.connection=5', 'linger.ms=2', 'batch.num.messages=100'];
  const slices = async function* (): AsyncGenerator<readonly KcatInput[]> {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const killing = KILL_AT.includes(chunk) ? killSoon(10) : undefined;
      yield chunkOf(chunk, 0);
      await sleep(20);
      await killing;
      if (killing !== undefined) kills += 1;
    }
  };
  const { acknowledged, output } = await kcatProduce(broker.bootstrap, topic, slices(), settings);
  expect(kills).toBe(3);
  expect(acknowledged, output.slice(-2000)).toBe(true);
  await expectAll(topic, Array.from({ length: CHUNKS }, (_, chunk) => chunkOf(chunk, 0).map(({ value }) => value)).flat(), { copies: false });
});

/** Every offset once, none left out, in the order sent, nothing acknowledged missing; `copies`: the producer may have repeated itself. */
async function expectAll(topic: string, acknowledged: readonly string[], { copies }: { copies: boolean }): Promise<void> {
  const read = new Set<string>();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = await kcatRead(broker.bootstrap, topic, partition);
    expect(records.length).toBeGreaterThan(0);
    expect(records.findIndex(({ offset }, at) => offset !== at), `offsets of partition ${partition}`).toBe(-1);
    let last = -1;
    for (const { key, value } of records) {
      expect(value.split('.')[0]).toBe(key);
      if (read.has(value)) {
        expect(copies, `${value} is there twice`).toBe(true);
        continue;
      }
      read.add(value);
      expect(Number(key), `order in partition ${partition}`).toBeGreaterThanOrEqual(last);
      last = Number(key);
    }
  }
  const lost = acknowledged.filter((value) => !read.has(value));
  expect(lost.slice(0, 5), `${lost.length} acknowledged records are lost`).toEqual([]);
}

/** `kill` meets kcat with half of the chunk. A chunk whose fate is unknown is sent again under new names, so it may be there in part besides. */
async function produceChunk(topic: string, chunk: number, settings: readonly string[], kill?: () => Promise<void>): Promise<{ values: string[]; output: string }> {
  let output = '';
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const records = chunkOf(chunk, attempt);
    const slices = async function* (): AsyncGenerator<readonly KcatInput[]> {
      yield records.slice(0, CHUNK / 2);
      if (attempt === 0) await kill?.();
      yield records.slice(CHUNK / 2);
    };
    const result = await kcatProduce(broker.bootstrap, topic, slices(), settings);
    output += result.output;
    if (result.acknowledged) return { values: records.map(({ value }) => value), output };
  }
  throw new Error(`chunk ${chunk} was not acknowledged in ${ATTEMPTS_MAX} attempts: ${output.slice(-2000)}`);
}

function chunkOf(chunk: number, attempt: number): KcatInput[] {
  return Array.from({ length: CHUNK }, (_, at) => {
    const key = String(chunk * CHUNK + at);
    return { key, value: `${key}.${attempt}.${'payload'.repeat(8)}` };
  });
}

async function killSoon(delayMs: number): Promise<void> {
  await sleep(delayMs);
  await broker.kill9();
  await broker.start();
}
