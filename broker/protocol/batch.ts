/**
 * Record batches (magic 2) as the broker sees them: 61 bytes of header, then bytes that are none of its business.
 * The CRC covers everything from `attributes` on, so base offset and leader epoch are stamped without touching it.
 */
import { crc32c } from '@node-rs/crc32';
import { ErrorCode } from './error-code.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { readVarint } from './varint.ts';

export const BATCH_HEADER_BYTES = 61;
/** Base offset and length: what the length does not count. */
const LENGTH_OVERHEAD_BYTES = 12;
const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const CRC_COVERS_FROM = 21;
const MAGIC = 2;
/** zstd. */
const CODEC_MAX = 4;

export interface BatchHeader {
  readonly baseOffset: number;
  /** Of the whole batch, header included: where the next one begins. */
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  readonly magic: number;
  readonly crc: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

export const BatchAttribute = { COMPRESSION: 0x07, LOG_APPEND_TIME: 0x08, TRANSACTIONAL: 0x10, CONTROL: 0x20 } as const;

/** Believes nothing but that there are 61 bytes. Throws ProtocolError MALFORMED when there are not. */
export function parseBatchHeader(buffer: Buffer, at = 0): BatchHeader {
  const reader = new Reader(buffer, at);
  return {
    baseOffset: reader.int64(),
    sizeBytes: reader.int32() + LENGTH_OVERHEAD_BYTES,
    leaderEpoch: reader.int32(),
    magic: reader.int8(),
    crc: reader.int32() >>> 0,
    attributes: reader.int16(),
    lastOffsetDelta: reader.int32(),
    baseTimestampMs: reader.int64(),
    maxTimestampMs: reader.int64(),
    producerId: reader.int64(),
    producerEpoch: reader.int16(),
    baseSequence: reader.int32(),
    recordCount: reader.int32(),
  };
}

export type BatchVerdict =
  | { readonly ok: true; readonly header: BatchHeader }
  | { readonly ok: false; readonly error: ErrorCode; readonly message: string };

/**
 * Whether `buffer` is exactly one intact batch. CORRUPT_MESSAGE: the bytes were damaged, sending again may help.
 * INVALID_RECORD: the client made it wrong. Of records it looks at how they are cut, not at what is in them; nor does it ask who may write control batches.
 */
export function validateBatch(buffer: Buffer): BatchVerdict {
  // Magic lies at the same place in the old message formats, whose other fields would read as nonsense.
  if (buffer.length > 16 && buffer[16] !== MAGIC) return refuse(ErrorCode.INVALID_RECORD, `magic ${buffer[16]}, only 2 is accepted`);
  if (buffer.length < BATCH_HEADER_BYTES) return refuse(ErrorCode.CORRUPT_MESSAGE, `${buffer.length} bytes are less than a batch header`);
  const sizeBytes = buffer.readInt32BE(LENGTH_AT) + LENGTH_OVERHEAD_BYTES;
  if (sizeBytes < BATCH_HEADER_BYTES || sizeBytes > buffer.length) {
    return refuse(ErrorCode.CORRUPT_MESSAGE, `batch says ${sizeBytes} bytes, ${buffer.length} are there`);
  }
  if (sizeBytes < buffer.length) return refuse(ErrorCode.INVALID_RECORD, `${buffer.length - sizeBytes} bytes follow the batch; exactly one is accepted`);
  const crc = crc32c(buffer.subarray(CRC_COVERS_FROM));
  if (crc !== buffer.readUInt32BE(17)) return refuse(ErrorCode.CORRUPT_MESSAGE, `CRC is ${crc}, the batch says ${buffer.readUInt32BE(17)}`);
  return validateHeader(buffer);
}

/** Gives the batch its place in the log, in place. */
export function stampBatch(buffer: Buffer, baseOffset: number, leaderEpoch: number): void {
  buffer.writeInt32BE(Math.floor(baseOffset / 0x1_0000_0000), 0);
  buffer.writeInt32BE(baseOffset | 0, 4);
  buffer.writeInt32BE(leaderEpoch, LEADER_EPOCH_AT);
}

/** The whole batches in a fetched record set, as slices. A broker may cut the last one short: that tail is left out. */
export function splitBatches(records: Buffer): Buffer[] {
  const batches: Buffer[] = [];
  for (let at = 0; records.length - at >= BATCH_HEADER_BYTES;) {
    const sizeBytes = records.readInt32BE(at + LENGTH_AT) + LENGTH_OVERHEAD_BYTES;
    if (sizeBytes < BATCH_HEADER_BYTES) throw new ProtocolError('MALFORMED', `batch of ${sizeBytes} bytes`);
    if (sizeBytes > records.length - at) break;
    batches.push(records.subarray(at, at + sizeBytes));
    at += sizeBytes;
  }
  return batches;
}

/** What the CRC vouches for may still be nonsense that the client wrote. */
function validateHeader(buffer: Buffer): BatchVerdict {
  let header: BatchHeader;
  try {
    header = parseBatchHeader(buffer);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return refuse(ErrorCode.INVALID_RECORD, error.message);
  }
  if (header.recordCount < 1 || header.lastOffsetDelta !== header.recordCount - 1) {
    return refuse(ErrorCode.INVALID_RECORD, `${header.recordCount} records, but the last has offset delta ${header.lastOffsetDelta}`);
  }
  if (header.producerId >= 0 && (header.producerEpoch < 0 || header.baseSequence < 0)) {
    return refuse(ErrorCode.INVALID_RECORD, `producer ${header.producerId} with epoch ${header.producerEpoch}, sequence ${header.baseSequence}`);
  }
  const problem = recordsProblem(buffer, header);
  return problem === undefined ? { ok: true, header } : refuse(ErrorCode.INVALID_RECORD, problem);
}

/** The records of an uncompressed batch are as many as it says, in order, and fill it: over anything else its readers would stumble for ever. */
function recordsProblem(buffer: Buffer, header: BatchHeader): string | undefined {
  const codec = header.attributes & BatchAttribute.COMPRESSION;
  if (codec !== 0) return codec > CODEC_MAX ? `compression codec ${codec} is unknown` : undefined;
  const reader = new Reader(buffer, BATCH_HEADER_BYTES);
  try {
    for (let index = 0; index < header.recordCount; index += 1) {
      const sizeBytes = readVarint(reader);
      const end = reader.at + sizeBytes;
      reader.int8();
      readVarint(reader);
      const offsetDelta = readVarint(reader);
      if (offsetDelta !== index) return `record ${index} has offset delta ${offsetDelta}`;
      if (reader.at > end || end > reader.end) return `record ${index} of ${sizeBytes} bytes`;
      reader.at = end;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return `the batch does not hold ${header.recordCount} records: ${error.message}`;
  }
  return reader.at === reader.end ? undefined : `${reader.end - reader.at} bytes follow the last of ${header.recordCount} records`;
}

function refuse(error: ErrorCode, message: string): BatchVerdict {
  return { ok: false, error, message };
}
