/** kcat produces 100,000 records while the broker is killed three times; everything acknowledged is read back, once per offset and in order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { kcatProduce, kcatRead } from './kcat.ts';
import type { KcatRecord } from './kcat.ts';
import { createTopic } from './topics.ts';
import { sleep } from './waiting.ts';

const RECORDS = 100_000;
const CHUNK = 1_000;
const PARTITIONS = 4;
const ATTEMPTS_MAX = 5;

const folder = mkdtempSync(join(tmpdir(), 'wavetank-live-'));
let broker: BrokerProcess;
beforeAll(async () => {
  broker = await BrokerProcess.started({ brokerId: 1, objects: `file:${folder}` });
});
afterAll(async () => {
  await broker.kill9();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { name: 'idempotent', settings: ['enable.idempotence=true'] },
  { name: 'plain', settings: ['max.in.flight.requests.per.connection=1'] },
])('$name producer', ({ name, settings }) => {
  test(`${RECORDS} records, three kills`, async () => {
    const topic = `kcat-${name}`;
    await createTopic([broker.bootstrap], topic, PARTITIONS);
    const acknowledged: string[] = [];
    const chunks = RECORDS / CHUNK;
    let killed = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const kill = [0.25, 0.5, 0.75].some((part) => chunk === Math.floor(chunks * part));
      const killing = kill ? killSoon(broker, (killed += 1) * 30) : undefined;
      acknowledged.push(...await produceChunk(topic, chunk, settings));
      await killing;
    }
    expect(killed).toBe(3);
    expect(acknowledged).toHaveLength(RECORDS);

    const read = new Map<string, KcatRecord[]>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = await kcatRead(broker.bootstrap, topic, partition);
      expect(records.length).toBeGreaterThan(0);
      // Every offset once, none left out.
      expect(records.findIndex(({ offset }, at) => offset !== at)).toBe(-1);
      const firsts: number[] = [];
      for (const record of records) {
        expect(record.value.split('.')[0]).toBe(record.key);
        const copies = read.get(record.value) ?? [];
        if (copies.length === 0) firsts.push(Number(record.key));
        read.set(record.value, [...copies, record]);
      }
      if (name === 'idempotent') expect(records.length).toBe(firsts.length);
      expect(firsts.findIndex((key, at) => at > 0 && key < (firsts[at - 1] ?? 0)), `order in partition ${partition}`).toBe(-1);
    }
    const lost = acknowledged.filter((value) => !read.has(value));
    expect(lost.slice(0, 5), `${lost.length} acknowledged records are lost`).toEqual([]);
  });
});

/** The values that were acknowledged: a chunk whose fate is unknown is sent again under new names, and may be there twice. */
async function produceChunk(topic: string, chunk: number, settings: readonly string[]): Promise<string[]> {
  let output = '';
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const records = Array.from({ length: CHUNK }, (_, at) => {
      const key = String(chunk * CHUNK + at);
      return { key, value: `${key}.${attempt}.${'payload'.repeat(8)}` };
    });
    const result = await kcatProduce(broker.bootstrap, topic, records, settings);
    if (result.acknowledged) return records.map(({ value }) => value);
    output = result.output;
  }
  throw new Error(`chunk ${chunk} was not acknowledged in ${ATTEMPTS_MAX} attempts: ${output.slice(-2000)}`);
}

async function killSoon(victim: BrokerProcess, delayMs: number): Promise<void> {
  await sleep(delayMs);
  await victim.kill9();
  await victim.start();
}
