/** The promises of the store itself: a good store that the judge accepts, and the smallest break by hand, which yields exactly it. */
import { describe, expect, test } from 'vitest';
import { encodeEntry } from '../../broker/metadata/entry.ts';
import type { Command, UploadedRange } from '../../broker/metadata/commands.ts';
import { logKey } from '../../broker/metadata/log.ts';
import { encodeBatch, parseBatchHeader, stampBatch } from '../../broker/protocol/index.ts';
import { dataKey, encodeDataObject } from '../../broker/storage/data-object.ts';
import { encodeWalSlot, walSlotKey } from '../../broker/storage/wal-slot.ts';
import { Tape } from './tape.ts';

const TP = 'payments-0';
const STREAM = 1;
/** The broker registers in entry 1; that is its epoch. The topic is entry 2, which is its leader epoch. */
const BROKER_EPOCH = 1;
const LEADER_EPOCH = 2;

/** A store as one broker leaves it: a topic, two data objects with two records each, and one record in the WAL. */
class HandMadeStore {
  readonly objects = new Map<string, Buffer>();
  private seq = 0;
  private crc = 0;

  constructor() {
    this.append({ type: 'register-broker', clusterId: 'wavetank', brokerId: 1, host: 'b1', port: 9092 });
    this.append({ type: 'create-topic', name: 'payments', topicId: '00'.repeat(16), partitions: 1, configs: {} });
    this.upload('1-1', 0, ['a', 'b']);
    this.upload('1-2', 2, ['c', 'd']);
    this.writeAhead(1, 4, 'e');
  }

  append(...commands: Command[]): void {
    this.seq += 1;
    const bytes = encodeEntry({ seq: this.seq, incarnation: 'x', reqSeq: this.seq, brokerEpoch: BROKER_EPOCH, prevCrc: this.crc, commands });
    this.crc = Number.parseInt(bytes.toString('latin1', 0, 8), 16);
    this.objects.set(logKey(this.seq), bytes);
  }

  /** `told` is what the metadata is told instead of the truth. */
  upload(objectId: string, start: number, values: readonly string[], told: Partial<UploadedRange> = {}): void {
    const batches = values.map((value, at) => batchAt(start + at, value));
    const range = { streamId: STREAM, leaderEpoch: LEADER_EPOCH, start, end: start + values.length };
    const bytes = encodeDataObject([{ ...range, batches, producers: [] }]);
    this.objects.set(dataKey(objectId), bytes);
    this.append({ type: 'commit-upload', brokerId: 1, brokerEpoch: BROKER_EPOCH, objects: [{ objectId, sizeBytes: bytes.length, ranges: [{ ...range, ...told }] }], walTrimSlot: 0, closing: false });
  }

  writeAhead(slot: number, baseOffset: number, value: string): void {
    const record = { streamId: STREAM, leaderEpoch: LEADER_EPOCH, baseOffset, count: 1, batch: batchAt(baseOffset, value) };
    this.objects.set(walSlotKey(1, BROKER_EPOCH, slot), encodeWalSlot({ kind: 'data', brokerId: 1, epoch: BROKER_EPOCH, slot, prevCrc: 0, records: [record] }).bytes);
  }
}

function batchAt(offset: number, value: string): Buffer {
  const batch = encodeBatch([{ key: null, value: Buffer.from(`${value}|payload`), timestampMs: 1 }]);
  stampBatch(batch, offset, LEADER_EPOCH);
  expect(parseBatchHeader(batch).baseOffset).toBe(offset);
  return batch;
}

/** What the judge says of this store when five records were acknowledged, a to e. */
function verdicts(change: (store: HandMadeStore) => void = () => {}, acknowledged = ['a', 'b', 'c', 'd', 'e']): string[] {
  const store = new HandMadeStore();
  change(store);
  const tape = new Tape();
  for (const [offset, value] of acknowledged.entries()) tape.sent('p1', TP, [value], offset);
  tape.drain(TP, acknowledged);
  return tape.verdicts({ store: store.objects });
}

test('a good store holds', () => {
  expect(verdicts()).toEqual([]);
});

describe('durable-ack', () => {
  test.each<[string, (store: HandMadeStore) => void]>([
    ['an acknowledged record that only the WAL had is gone', (store) => store.objects.delete(walSlotKey(1, BROKER_EPOCH, 1))],
    ['another record has its place', (store) => store.writeAhead(1, 4, 'z')],
  ])('%s', (_, change) => {
    expect(verdicts(change)).toEqual(['durable-ack by storage']);
  });

  test('a record was acknowledged that was never stored', () => {
    expect(verdicts(undefined, ['a', 'b', 'c', 'd', 'e', 'f'])).toEqual(['durable-ack by storage']);
  });
});

describe('no-dangling-reference', () => {
  // Nothing was acknowledged, so only the reference is wrong.
  test('the metadata refers to an object that is not there', () => {
    expect(verdicts((store) => store.objects.delete(dataKey('1-1')), [])).toEqual(['no-dangling-reference by storage']);
  });

  test('an object is cut short', () => {
    const cut = (store: HandMadeStore): void => void store.objects.set(dataKey('1-2'), store.objects.get(dataKey('1-2'))!.subarray(0, -1));
    expect(verdicts(cut, [])).toEqual(['no-dangling-reference by storage']);
  });
});

describe('ranges-tile', () => {
  test('an object holds other offsets than the metadata says', () => {
    expect(verdicts((store) => store.upload('1-3', 4, ['e', 'f'], { end: 7 }), [])).toEqual(['ranges-tile by storage']);
  });

  test('a block is damaged', () => {
    const damaged = (store: HandMadeStore): void => {
      const bytes = store.objects.get(dataKey('1-1'))!;
      bytes[bytes.indexOf('payload')]! ^= 0x20;
    };
    expect(verdicts(damaged, [])).toEqual(['ranges-tile by storage']);
  });

  test('the WAL leaves a hole after what is uploaded', () => {
    expect(verdicts((store) => store.writeAhead(1, 6, 'e'), [])).toEqual(['ranges-tile by storage']);
  });
});
