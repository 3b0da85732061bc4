/**
 * Bytes of one slot of the object WAL: a header, then records, each a record batch of one partition.
 * Every slot carries the checksum of the one before it, so that a hole or a stranger's slot cannot pass for ours.
 *
 *   magic u32 | version u8 | kind u8 (1 DATA, 2 SEAL) | reserved u16 | brokerId i32 | epoch i64 | slot i64 | prevCrc u32
 *   | recordCount u32 | bodySize u32 | bodyCrc u32 | headerCrc u32
 *   record: streamId i64 | leaderEpoch i32 | baseOffset i64 | count i32 | size i32 | batch
 */
import { crc32c } from '@node-rs/crc32';

const MAGIC = 0x57544e4b;
const HEADER_BYTES = 48;
const RECORD_BYTES = 28;
const DATA = 1;
const SEAL = 2;

export interface WalRecord {
  readonly streamId: number;
  readonly leaderEpoch: number;
  readonly baseOffset: number;
  readonly count: number;
  readonly batch: Buffer;
}

export interface WalSlot {
  readonly kind: 'data' | 'seal';
  readonly brokerId: number;
  readonly epoch: number;
  readonly slot: number;
  readonly prevCrc: number;
  /** Of the header, and through it of everything. */
  readonly crc: number;
  readonly records: readonly WalRecord[];
}

/** A slot's bytes are damaged although the store acknowledged them: acknowledged data may be lost, so nobody may go on. */
export class WalCorruptError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WalCorruptError';
  }
}

export function walSlotKey(brokerId: number, epoch: number, slot: number): string {
  return `wal/${brokerId}/${epoch}/${String(slot).padStart(12, '0')}`;
}

export function encodeWalSlot(slot: Omit<WalSlot, 'crc'>): { bytes: Buffer; crc: number } {
  let bodySize = 0;
  for (const record of slot.records) bodySize += RECORD_BYTES + record.batch.length;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + bodySize);
  let at = HEADER_BYTES;
  for (const record of slot.records) {
    writeI64(bytes, record.streamId, at);
    bytes.writeInt32BE(record.leaderEpoch, at + 8);
    writeI64(bytes, record.baseOffset, at + 12);
    bytes.writeInt32BE(record.count, at + 20);
    bytes.writeInt32BE(record.batch.length, at + 24);
    record.batch.copy(bytes, at + RECORD_BYTES);
    at += RECORD_BYTES + record.batch.length;
  }
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt8(1, 4);
  bytes.writeUInt8(slot.kind === 'data' ? DATA : SEAL, 5);
  bytes.writeUInt16BE(0, 6);
  bytes.writeInt32BE(slot.brokerId, 8);
  writeI64(bytes, slot.epoch, 12);
  writeI64(bytes, slot.slot, 20);
  bytes.writeUInt32BE(slot.prevCrc, 28);
  bytes.writeUInt32BE(slot.records.length, 32);
  bytes.writeUInt32BE(bodySize, 36);
  bytes.writeUInt32BE(crc32c(bytes.subarray(HEADER_BYTES)), 40);
  const crc = crc32c(bytes.subarray(0, 44));
  bytes.writeUInt32BE(crc, 44);
  return { bytes, crc };
}

/** Throws `WalCorruptError`. The records' batches are slices of `bytes`. */
export function decodeWalSlot(bytes: Buffer, what: string): WalSlot {
  const corrupt = (why: string): WalCorruptError => new WalCorruptError(`WAL slot ${what} is corrupt: ${why}`);
  if (bytes.length < HEADER_BYTES) throw corrupt(`${bytes.length} bytes are too few for a header`);
  const crc = bytes.readUInt32BE(44);
  if (bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt8(4) !== 1 || crc32c(bytes.subarray(0, 44)) !== crc) throw corrupt('header');
  const kind = bytes.readUInt8(5);
  if (bytes.readUInt32BE(36) !== bytes.length - HEADER_BYTES) throw corrupt('length');
  if (crc32c(bytes.subarray(HEADER_BYTES)) !== bytes.readUInt32BE(40)) throw corrupt('body');
  const records: WalRecord[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const size = bytes.readInt32BE(at + 24);
    records.push({
      streamId: readI64(bytes, at), leaderEpoch: bytes.readInt32BE(at + 8), baseOffset: readI64(bytes, at + 12), count: bytes.readInt32BE(at + 20),
      batch: bytes.subarray(at + RECORD_BYTES, at + RECORD_BYTES + size),
    });
    at += RECORD_BYTES + size;
  }
  if (records.length !== bytes.readUInt32BE(32)) throw corrupt('record count');
  return { kind: kind === DATA ? 'data' : 'seal', brokerId: bytes.readInt32BE(8), epoch: readI64(bytes, 12), slot: readI64(bytes, 20), prevCrc: bytes.readUInt32BE(28), crc, records };
}

function writeI64(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / 0x1_0000_0000), at);
  bytes.writeUInt32BE(value % 0x1_0000_0000, at + 4);
}

function readI64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
