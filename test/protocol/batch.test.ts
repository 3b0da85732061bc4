/** Record batches: what is damaged is refused, what is intact survives, and stamping needs no CRC work. */
import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BATCH_HEADER_BYTES, BatchAttribute, ErrorCode, ProtocolError, decodeRecords, encodeBatch, parseBatchHeader, splitBatches, stampBatch, validateBatch,
} from '../../broker/protocol/index.ts';

const bytes = fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array));
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 8 }), bytes), { maxLength: 3 }),
  timestampMs: fc.integer({ min: -1, max: 2 ** 45 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 8 });
const options = fc.record({
  producerId: fc.maxSafeNat(), producerEpoch: fc.integer({ min: 0, max: 0x7fff }), baseSequence: fc.nat(), transactional: fc.boolean(),
});

/**
 * Not covered by the CRC, so a flip there cannot be seen; but the leader overwrites both when it appends,
 * so it does not survive into the log either. Every other byte of the batch does.
 */
const overwritten = (at: number): boolean => at < 8 || (at >= 12 && at < 16);

test('what is encoded is valid and decodes to the same records, at any place in the log', () => {
  fc.assert(fc.property(records, options, fc.maxSafeNat(), fc.nat(), (sent, settings, base, leaderEpoch) => {
    const baseOffset = Math.max(0, base - sent.length);
    const batch = encodeBatch(sent, settings);
    stampBatch(batch, baseOffset, leaderEpoch);
    const verdict = validateBatch(batch);
    const { transactional, ...producer } = settings;
    expect(verdict).toMatchObject({ ok: true, header: { baseOffset, leaderEpoch, recordCount: sent.length, sizeBytes: batch.length, ...producer } });
    expect((parseBatchHeader(batch).attributes & BatchAttribute.TRANSACTIONAL) !== 0).toBe(transactional);
    expect(decodeRecords(batch)).toEqual(sent.map((one, i) => ({ ...one, offset: baseOffset + i })));
  }));
});

test('any flipped bit that would survive into the log is refused', () => {
  fc.assert(fc.property(records, (sent) => {
    const batch = encodeBatch(sent);
    for (let at = 0; at < batch.length; at++) {
      if (overwritten(at)) continue;
      for (let bit = 0; bit < 8; bit++) {
        batch[at]! ^= 1 << bit;
        expect(validateBatch(batch).ok).toBe(false);
        batch[at]! ^= 1 << bit;
      }
    }
    expect(validateBatch(batch).ok).toBe(true);
  }), { numRuns: 5 });
});

test('any byte changed to any other is refused', () => {
  fc.assert(fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, place, difference) => {
    const batch = encodeBatch(sent);
    const at = place % batch.length;
    fc.pre(!overwritten(at));
    batch[at]! ^= difference;
    expect(validateBatch(batch).ok).toBe(false);
  }), { numRuns: 1000 });
});

test('decodeRecords raises nothing but ProtocolError, whatever a valid CRC covers', () => {
  fc.assert(fc.property(records, fc.nat(), fc.integer({ min: 0, max: 255 }), (sent, place, byte) => {
    const batch = encodeBatch(sent);
    batch[place % batch.length] = byte;
    try {
      decodeRecords(batch);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
  }), { numRuns: 2000 });
});

describe('validateBatch refuses', () => {
  const good = encodeBatch([{ key: null, value: Buffer.from('v'), timestampMs: 1 }, { key: null, value: Buffer.from('w'), timestampMs: 2 }], { producerId: 1, producerEpoch: 0, baseSequence: 0 });

  test.each<[string, Buffer, ErrorCode]>([
    ['nothing', Buffer.alloc(0), ErrorCode.CORRUPT_MESSAGE],
    ['a batch cut short', good.subarray(0, good.length - 1), ErrorCode.CORRUPT_MESSAGE],
    ['less than a header', good.subarray(0, BATCH_HEADER_BYTES - 1), ErrorCode.CORRUPT_MESSAGE],
    ['two batches', Buffer.concat([good, good]), ErrorCode.INVALID_RECORD],
    ['an old message format', withField(good, (batch) => batch.writeInt8(1, 16)), ErrorCode.INVALID_RECORD],
    ['a length that is negative', withField(good, (batch) => batch.writeInt32BE(-50, 8)), ErrorCode.CORRUPT_MESSAGE],
    ['no records', withField(good, (batch) => (batch.writeInt32BE(0, 57), batch.writeInt32BE(-1, 23))), ErrorCode.INVALID_RECORD],
    ['a count that is not the last delta and one', withField(good, (batch) => batch.writeInt32BE(3, 57)), ErrorCode.INVALID_RECORD],
    ['a producer without a sequence', withField(good, (batch) => batch.writeInt32BE(-1, 53)), ErrorCode.INVALID_RECORD],
    ['a timestamp beyond 2^53', withField(good, (batch) => batch.writeBigInt64BE(2n ** 60n, 35)), ErrorCode.INVALID_RECORD],
  ])('%s', (_, batch, error) => {
    expect(validateBatch(batch)).toMatchObject({ ok: false, error });
  });
});

test('splitBatches gives the whole batches and leaves out a tail that was cut', () => {
  const one = encodeBatch([{ key: null, value: Buffer.from('v'), timestampMs: 1 }]);
  const two = encodeBatch([{ key: Buffer.from('k'), value: null, timestampMs: 1 }]);
  expect(splitBatches(Buffer.concat([one, two]))).toEqual([one, two]);
  expect(splitBatches(Buffer.concat([one, two.subarray(0, two.length - 1)]))).toEqual([one]);
  expect(splitBatches(Buffer.concat([one, two.subarray(0, 5)]))).toEqual([one]);
  expect(splitBatches(Buffer.alloc(0))).toEqual([]);
  expect(() => splitBatches(withField(one, (batch) => batch.writeInt32BE(0, 8)))).toThrow(ProtocolError);
});

/** A batch made wrong by its writer: the CRC is right. */
function withField(batch: Buffer, change: (copy: Buffer) => unknown): Buffer {
  const copy = Buffer.from(batch);
  change(copy);
  copy.writeUInt32BE(crc32c(copy.subarray(21)), 17);
  return copy;
}
