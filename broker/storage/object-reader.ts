/**
 * Cold reads: ranges of data objects, with their indexes and recently read blocks kept within bounds.
 * Knows objects, not partitions: which object holds an offset is the metadata's business.
 */
import type { ObjectStore } from '../../runtime/index.ts';
import { crc32c } from '@node-rs/crc32';
import { dataKey, decodeFooter, decodeIndex, DataObjectCorruptError, FOOTER_BYTES, type BlockIndex, type ObjectIndex, type StreamIndex } from './data-object.ts';

const INDEXES_MAX = 1000;
const BLOCK_CACHE_BYTES_MAX = 64 * 1024 * 1024;

/** The object is not in the store: the caller's metadata is old, or something is very wrong. */
export class ObjectGoneError extends Error {
  constructor(objectId: string) {
    super(`data object ${objectId} is not in the store`);
    this.name = 'ObjectGoneError';
  }
}

export class ObjectReader {
  private readonly indexes = new Map<string, Promise<ObjectIndex>>();
  private readonly blocks = new Map<string, { readonly loading: Promise<Buffer>; readonly sizeBytes: number }>();
  private blockBytes = 0;

  constructor(private readonly objects: ObjectStore) {}

  /** The index of one partition in one object. Rejects with `StoreError`, `ObjectGoneError`, `DataObjectCorruptError`. */
  async index(objectId: string, sizeBytes: number, streamId: number): Promise<StreamIndex> {
    let loading = this.indexes.get(objectId);
    if (loading === undefined) {
      loading = this.loadIndex(objectId, sizeBytes);
      this.indexes.set(objectId, loading);
      loading.catch(() => this.indexes.delete(objectId));
      if (this.indexes.size > INDEXES_MAX) this.indexes.delete(this.indexes.keys().next().value!);
    }
    const stream = (await loading).streams.find((entry) => entry.streamId === streamId);
    if (stream === undefined) throw new DataObjectCorruptError(`data object ${objectId} holds nothing of stream ${streamId}`);
    return stream;
  }

  /** The bytes of one block: whole record batches. */
  async block(objectId: string, block: BlockIndex): Promise<Buffer> {
    const key = `${objectId}@${block.position}`;
    const cached = this.blocks.get(key);
    const entry = cached ?? { loading: this.loadBlock(objectId, block), sizeBytes: block.sizeBytes };
    this.drop(key);
    this.blocks.set(key, entry);
    this.blockBytes += entry.sizeBytes;
    if (cached === undefined) entry.loading.catch(() => this.drop(key));
    while (this.blockBytes > BLOCK_CACHE_BYTES_MAX && this.blocks.size > 1) this.drop(this.blocks.keys().next().value!);
    return entry.loading;
  }

  private drop(key: string): void {
    const entry = this.blocks.get(key);
    if (entry === undefined) return;
    this.blocks.delete(key);
    this.blockBytes -= entry.sizeBytes;
  }

  private async loadIndex(objectId: string, sizeBytes: number): Promise<ObjectIndex> {
    const what = `data object ${objectId}`;
    const footer = await this.get(objectId, sizeBytes - FOOTER_BYTES, sizeBytes);
    const place = decodeFooter(footer, what);
    return decodeIndex(await this.get(objectId, place.position, place.position + place.sizeBytes), place.crc, what);
  }

  private async loadBlock(objectId: string, block: BlockIndex): Promise<Buffer> {
    const bytes = await this.get(objectId, block.position, block.position + block.sizeBytes);
    if (crc32c(bytes) !== block.crc) throw new DataObjectCorruptError(`data object ${objectId}: block at ${block.position} is corrupt`);
    return bytes;
  }

  private async get(objectId: string, start: number, end: number): Promise<Buffer> {
    const bytes = await this.objects.get(dataKey(objectId), { start, end });
    if (bytes === undefined) throw new ObjectGoneError(objectId);
    return bytes;
  }
}
