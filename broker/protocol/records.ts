/** Records inside a batch, uncompressed: for clients, tests and the coordinator's own records. The produce path never comes here. */
import { crc32c } from '@node-rs/crc32';
import { assert } from '../../runtime/assert.ts';
import { BATCH_HEADER_BYTES, BatchAttribute, parseBatchHeader } from './batch.ts';
import { Reader, malformed } from './reader.ts';
import { VarintWriter, readVarint } from './varint.ts';

export interface RecordInit {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly (readonly [string, Buffer])[];
  readonly timestampMs: number;
}

export interface DecodedRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: [string, Buffer][];
}

export interface BatchOptions {
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
}

/** One batch with base offset 0 and leader epoch -1, as a producer sends it. Needs at least one record. */
export function encodeBatch(records: readonly RecordInit[], options: BatchOptions = {}): Buffer {
  assert(records.length > 0, 'a batch has at least one record');
  const baseTimestampMs = records[0]!.timestampMs;
  let maxTimestampMs = baseTimestampMs;
  const writer = new VarintWriter(BATCH_HEADER_BYTES);
  const body = new VarintWriter(0);
  for (const [offsetDelta, record] of records.entries()) {
    maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs);
    encodeRecord(body, record, offsetDelta, baseTimestampMs);
    writer.bytes(body.finish());
    body.clear();
  }
  const batch = writer.finish();
  batch.fill(0, 0, 8);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(options.transactional === true ? BatchAttribute.TRANSACTIONAL : 0, 21);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(baseTimestampMs), 27);
  batch.writeBigInt64BE(BigInt(maxTimestampMs), 35);
  batch.writeBigInt64BE(BigInt(options.producerId ?? -1), 43);
  batch.writeInt16BE(options.producerEpoch ?? -1, 51);
  batch.writeInt32BE(options.baseSequence ?? -1, 53);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** Keys and values are slices of `batch`. Throws ProtocolError MALFORMED, also for a compressed batch. The CRC is validateBatch's business. */
export function decodeRecords(batch: Buffer): DecodedRecord[] {
  const header = parseBatchHeader(batch);
  if (header.magic !== 2) throw malformed(`magic ${header.magic}`);
  if ((header.attributes & BatchAttribute.COMPRESSION) !== 0) throw malformed('the batch is compressed');
  if (header.sizeBytes !== batch.length) throw malformed(`batch says ${header.sizeBytes} bytes, ${batch.length} are there`);
  const appendTimeMs = (header.attributes & BatchAttribute.LOG_APPEND_TIME) === 0 ? undefined : header.maxTimestampMs;
  const reader = new Reader(batch, BATCH_HEADER_BYTES);
  const records: DecodedRecord[] = [];
  for (let i = 0; i < header.recordCount; i++) {
    records.push(decodeRecord(reader, header.baseOffset, header.baseTimestampMs, appendTimeMs));
  }
  reader.done();
  return records;
}

/** Without its length, which stands before it and is not known yet. */
function encodeRecord(body: VarintWriter, record: RecordInit, offsetDelta: number, baseTimestampMs: number): void {
  body.byte(0);
  body.varint(record.timestampMs - baseTimestampMs);
  body.varint(offsetDelta);
  body.bytes(record.key);
  body.bytes(record.value);
  body.varint(record.headers?.length ?? 0);
  for (const [name, value] of record.headers ?? []) {
    body.bytes(Buffer.from(name));
    body.bytes(value);
  }
}

function decodeRecord(reader: Reader, baseOffset: number, baseTimestampMs: number, appendTimeMs: number | undefined): DecodedRecord {
  const length = readVarint(reader);
  const end = reader.at + length;
  if (length < 0 || end > reader.end) throw malformed(`record of ${length} bytes at ${reader.at}`);
  reader.int8();
  const timestampMs = baseTimestampMs + readVarint(reader);
  const offset = baseOffset + readVarint(reader);
  const key = readBytes(reader);
  const value = readBytes(reader);
  const headers: [string, Buffer][] = [];
  const count = readVarint(reader);
  if (count < 0) throw malformed(`${count} headers before ${reader.at}`);
  for (let i = 0; i < count; i++) {
    const name = readBytes(reader);
    if (name === null) throw malformed(`header without a name before ${reader.at}`);
    headers.push([name.toString('utf8'), readBytes(reader) ?? Buffer.alloc(0)]);
  }
  if (reader.at !== end) throw malformed(`record ends at ${reader.at} instead of ${end}`);
  return { offset, timestampMs: appendTimeMs ?? timestampMs, key, value, headers };
}

function readBytes(reader: Reader): Buffer | null {
  const length = readVarint(reader);
  if (length < -1) throw malformed(`length ${length} before ${reader.at}`);
  if (length === -1) return null;
  const at = reader.take(length);
  return reader.buffer.subarray(at, at + length);
}
