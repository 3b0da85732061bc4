/**
 * A data object: the uploaded tail of many partitions. Blocks of record batches, then an index, then a footer, so that
 * a reader needs two small ranged GETs to find any offset. The index of a partition also carries the producer state
 * at its end: whoever opens the partition next starts from there instead of reading the whole log.
 *
 *   blocks | index (JSON) | indexPos f64 | indexSize u32 | indexCrc u32 | version u32 | magic u32
 */
import { crc32c } from '@node-rs/crc32';
import { parseBatchHeader } from '../protocol/index.ts';
import type { ProducerSnapshot } from '../log/producer-state.ts';

export const FOOTER_BYTES = 24;
const MAGIC = 0x5741564f;
const BLOCK_BYTES_MAX = 512 * 1024;

/** What one partition contributes: consecutive batches. */
export interface StreamTail {
  readonly streamId: number;
  readonly leaderEpoch: number;
  readonly start: number;
  readonly end: number;
  readonly batches: readonly Buffer[];
  /** Producer state after the last batch. */
  readonly producers: ProducerSnapshot;
}

export interface ObjectIndex {
  readonly streams: readonly StreamIndex[];
}

export interface StreamIndex {
  readonly streamId: number;
  readonly leaderEpoch: number;
  readonly start: number;
  readonly end: number;
  readonly producers: ProducerSnapshot;
  readonly blocks: readonly BlockIndex[];
}

/** Offsets [start, end) at bytes [position, position + sizeBytes) of the object. */
export interface BlockIndex {
  readonly start: number;
  readonly end: number;
  readonly position: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  readonly crc: number;
}

export class DataObjectCorruptError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DataObjectCorruptError';
  }
}

export function dataKey(objectId: string): string {
  return `data/${crc32c(objectId).toString(16).padStart(8, '0').slice(0, 2)}/${objectId}`;
}

export function encodeDataObject(tails: readonly StreamTail[]): Buffer {
  const chunks: Buffer[] = [];
  let position = 0;
  const streams = tails.map((tail): StreamIndex => {
    const blocks: BlockIndex[] = [];
    let at = 0;
    let start = tail.start;
    while (at < tail.batches.length) {
      const block: Buffer[] = [];
      let sizeBytes = 0;
      let maxTimestampMs = -1;
      let end = start;
      while (at < tail.batches.length && (block.length === 0 || sizeBytes + tail.batches[at]!.length <= BLOCK_BYTES_MAX)) {
        const batch = tail.batches[at++]!;
        const header = parseBatchHeader(batch);
        block.push(batch);
        sizeBytes += batch.length;
        maxTimestampMs = Math.max(maxTimestampMs, header.maxTimestampMs);
        end = header.baseOffset + header.lastOffsetDelta + 1;
      }
      let crc = 0;
      for (const batch of block) crc = crc32c(batch, crc);
      blocks.push({ start, end, position, sizeBytes, maxTimestampMs, crc });
      chunks.push(...block);
      position += sizeBytes;
      start = end;
    }
    return { streamId: tail.streamId, leaderEpoch: tail.leaderEpoch, start: tail.start, end: tail.end, producers: tail.producers, blocks };
  });
  const index = Buffer.from(JSON.stringify({ streams } satisfies ObjectIndex));
  const footer = Buffer.allocUnsafe(FOOTER_BYTES);
  footer.writeDoubleBE(position, 0);
  footer.writeUInt32BE(index.length, 8);
  footer.writeUInt32BE(crc32c(index), 12);
  footer.writeUInt32BE(1, 16);
  footer.writeUInt32BE(MAGIC, 20);
  return Buffer.concat([...chunks, index, footer]);
}

/** Where the index lies, from the object's last `FOOTER_BYTES`. */
export function decodeFooter(footer: Buffer, what: string): { position: number; sizeBytes: number; crc: number } {
  if (footer.length !== FOOTER_BYTES || footer.readUInt32BE(20) !== MAGIC || footer.readUInt32BE(16) !== 1) throw new DataObjectCorruptError(`${what} has no valid footer`);
  return { position: footer.readDoubleBE(0), sizeBytes: footer.readUInt32BE(8), crc: footer.readUInt32BE(12) };
}

export function decodeIndex(bytes: Buffer, crc: number, what: string): ObjectIndex {
  if (crc32c(bytes) !== crc) throw new DataObjectCorruptError(`${what} has a corrupt index`);
  return JSON.parse(bytes.toString()) as ObjectIndex;
}
