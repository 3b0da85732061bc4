/**
 * One partition on its leader: assigns offsets, knows what is durable, serves reads from the tail in memory
 * or from data objects. The high watermark is the end of what the WAL holds without a gap; nothing beyond it is shown.
 */
import { assert, type Tracer } from '../../runtime/index.ts';
import { decodeRecords, parseBatchHeader, ProtocolError, splitBatches, stampBatch, type BatchHeader, type DecodedRecord, type ErrorCode } from '../protocol/index.ts';
import type { PartitionState } from '../metadata/state.ts';
import { ObjectGoneError, type ObjectReader } from '../storage/object-reader.ts';
import { DataObjectCorruptError, type StreamTail } from '../storage/data-object.ts';
import type { Wal } from '../storage/wal.ts';
import { ProducerState, type ProducerSnapshot } from './producer-state.ts';

export interface PartitionServices {
  readonly wal: Wal;
  readonly reader: ObjectReader;
  readonly tracer: Tracer;
  /** Uploaded batches are kept in memory up to this size. */
  readonly hotBytes: number;
  /** Size of a live data object, from the metadata. */
  readonly objectSize: (objectId: string) => number | undefined;
}

export type AppendResult =
  | { readonly ok: true; readonly baseOffset: number; readonly durable: Promise<boolean> }
  | { readonly ok: false; readonly error: ErrorCode; readonly message: string };

interface TailBatch {
  readonly base: number;
  readonly end: number;
  readonly bytes: Buffer;
  readonly header: BatchHeader;
}

export class Partition {
  readonly tp: string;
  readonly leaderEpoch: number;
  logEnd: number;
  highWatermark: number;
  /** False once leadership is lost: every wait ends, nothing is appended. */
  open = true;
  private uploadedEnd: number;
  /** Batches from some offset to the log end: all that is not uploaded, and some that is. */
  private tail: TailBatch[] = [];
  private uploadedBytes = 0;
  private readonly producers: ProducerState;
  /** As of `uploadedEnd`: what the next data object carries. */
  private readonly uploadedProducers: ProducerState;
  private durableWaiters: { readonly end: number; readonly resolve: (durable: boolean) => void }[] = [];
  private readonly changeListeners = new Set<() => void>();

  constructor(public state: PartitionState, producers: ProducerSnapshot, private readonly services: PartitionServices) {
    this.tp = `${state.topic}-${state.index}`;
    this.leaderEpoch = state.leaderEpoch;
    this.logEnd = this.highWatermark = this.uploadedEnd = state.end;
    this.producers = ProducerState.load(producers);
    this.uploadedProducers = ProducerState.load(producers);
    services.tracer.trace('partition.open', { tp: this.tp, epoch: this.leaderEpoch, end: this.logEnd });
  }

  get logStart(): number {
    return this.state.start;
  }

  /** Appends one valid batch (its offset and leader epoch are written into `bytes`). `durable` resolves false when leadership was lost first. */
  append(bytes: Buffer, header: BatchHeader): AppendResult {
    assert(this.open, `append to ${this.tp}, which is closed`);
    const verdict = this.producers.check(header);
    if (verdict.kind === 'refused') return { ok: false, error: verdict.error, message: verdict.message };
    if (verdict.kind === 'duplicate') {
      this.services.tracer.trace('partition.duplicate', { tp: this.tp, base: verdict.baseOffset, producer: header.producerId });
      return { ok: true, baseOffset: verdict.baseOffset, durable: this.whenDurable(verdict.baseOffset + header.lastOffsetDelta + 1) };
    }
    const base = this.logEnd;
    const end = base + header.lastOffsetDelta + 1;
    stampBatch(bytes, base, this.leaderEpoch);
    this.producers.apply(header, base);
    this.logEnd = end;
    this.tail.push({ base, end, bytes, header });
    this.services.tracer.trace('partition.append', { tp: this.tp, base, count: end - base, epoch: this.leaderEpoch });
    const durable = this.whenDurable(end);
    this.services.wal.append({ streamId: this.state.streamId, leaderEpoch: this.leaderEpoch, baseOffset: base, count: end - base, batch: bytes }, () => this.advance(end));
    return { ok: true, baseOffset: base, durable };
  }

  /**
   * Whole batches from the one that holds `offset`, below the high watermark, at least one if there is any, then up to
   * `maxBytes`. Offsets outside the log are the caller's business. Rejects with `StoreError`, `ObjectGoneError`.
   */
  async read(offset: number, maxBytes: number): Promise<readonly Buffer[]> {
    if (offset >= this.highWatermark) return [];
    const hotStart = this.tail[0]?.base ?? this.logEnd;
    return offset >= hotStart ? this.readTail(offset, maxBytes) : this.readObjects(offset, maxBytes);
  }

  /** First offset whose record is at least as young as `timestampMs`, or undefined. Exact for uncompressed batches, else the batch's first. */
  async offsetForTime(timestampMs: number): Promise<{ offset: number; timestampMs: number } | undefined> {
    for (let offset = this.logStart; offset < this.highWatermark; ) {
      const batches = await this.read(offset, 1024 * 1024);
      if (batches.length === 0) return undefined;
      for (const bytes of batches.flatMap(splitBatches)) {
        const header = parseBatchHeader(bytes);
        if (header.maxTimestampMs >= timestampMs) {
          const record = readable(bytes).find((entry) => entry.timestampMs >= timestampMs);
          return { offset: record?.offset ?? header.baseOffset, timestampMs: record?.timestampMs ?? header.maxTimestampMs };
        }
        offset = header.baseOffset + header.lastOffsetDelta + 1;
      }
    }
    return undefined;
  }

  /** Calls `listener` whenever the high watermark moves or leadership is lost, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** What is durable and not uploaded, or undefined when there is nothing. */
  takeTail(): StreamTail | undefined {
    const batches = this.tail.filter((batch) => batch.base >= this.uploadedEnd && batch.end <= this.highWatermark);
    if (batches.length === 0) return undefined;
    for (const batch of batches) this.uploadedProducers.apply(batch.header, batch.base);
    const start = this.uploadedEnd;
    const end = batches.at(-1)!.end;
    this.uploadedEnd = end;
    return { streamId: this.state.streamId, leaderEpoch: this.leaderEpoch, start, end, batches: batches.map((batch) => batch.bytes), producers: this.uploadedProducers.snapshot() };
  }

  /** The metadata holds everything up to `end` now: keep only the youngest `hotBytes` of it in memory. */
  uploaded(end: number): void {
    this.uploadedBytes = 0;
    let cut = 0;
    for (let at = this.tail.length - 1; at >= 0; at -= 1) {
      const batch = this.tail[at]!;
      if (batch.end > end) continue;
      this.uploadedBytes += batch.bytes.length;
      if (this.uploadedBytes > this.services.hotBytes) {
        cut = at + 1;
        break;
      }
    }
    if (cut > 0) this.tail.splice(0, cut);
  }

  /** Leadership is lost: the outcome of what is not durable is unknown, and waiting readers must look elsewhere. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.services.tracer.trace('partition.close', { tp: this.tp, epoch: this.leaderEpoch });
    for (const waiter of this.durableWaiters) waiter.resolve(false);
    this.durableWaiters = [];
    this.notify();
  }

  private whenDurable(end: number): Promise<boolean> {
    if (end <= this.highWatermark) return Promise.resolve(true);
    // safeguard: durable-ack. Nobody hears of a record before the WAL has it.
    return new Promise((resolve) => {
      const after = this.durableWaiters.findLastIndex((waiter) => waiter.end <= end);
      this.durableWaiters.splice(after + 1, 0, { end, resolve });
    });
  }

  private advance(end: number): void {
    if (!this.open) return;
    assert(end > this.highWatermark && end <= this.logEnd, `high watermark of ${this.tp} from ${this.highWatermark} to ${end}`);
    this.highWatermark = end;
    this.services.tracer.trace('partition.hw', { tp: this.tp, epoch: this.leaderEpoch, hw: end });
    let done = 0;
    while (done < this.durableWaiters.length && this.durableWaiters[done]!.end <= end) this.durableWaiters[done++]!.resolve(true);
    if (done > 0) this.durableWaiters.splice(0, done);
    this.notify();
  }

  private notify(): void {
    for (const listener of [...this.changeListeners]) listener();
  }

  private readTail(offset: number, maxBytes: number): Buffer[] {
    const found: Buffer[] = [];
    let sizeBytes = 0;
    for (let at = this.indexOf(offset); at < this.tail.length; at += 1) {
      const batch = this.tail[at]!;
      if (batch.end > this.highWatermark || (found.length > 0 && sizeBytes + batch.bytes.length > maxBytes)) break;
      found.push(batch.bytes);
      sizeBytes += batch.bytes.length;
    }
    return found;
  }

  /** Index of the tail batch that holds `offset`. */
  private indexOf(offset: number): number {
    let low = 0;
    let high = this.tail.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tail[middle]!.end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private async readObjects(offset: number, maxBytes: number): Promise<readonly Buffer[]> {
    const { reader } = this.services;
    const found: Buffer[] = [];
    let sizeBytes = 0;
    for (const range of this.state.ranges) {
      if (range.end <= offset) continue;
      const objectSize = this.services.objectSize(range.objectId);
      // The topic went while we were reading, or what we know of it is old.
      if (objectSize === undefined) throw new ObjectGoneError(range.objectId);
      const index = await reader.index(range.objectId, objectSize, this.state.streamId);
      for (const block of index.blocks) {
        if (block.end <= offset) continue;
        for (const batch of splitBatches(await reader.block(range.objectId, block))) {
          const header = parseBatchHeader(batch);
          if (header.baseOffset + header.lastOffsetDelta < offset) continue;
          if (found.length > 0 && sizeBytes + batch.length > maxBytes) return found;
          found.push(batch);
          sizeBytes += batch.length;
        }
        if (sizeBytes >= maxBytes) return found;
      }
    }
    // Below the tail everything is in objects; a reader that were given nothing would ask for ever.
    if (found.length === 0) throw new DataObjectCorruptError(`no data object of ${this.tp} holds offset ${offset}`);
    this.services.tracer.trace('partition.cold-read', { tp: this.tp, offset, bytes: sizeBytes });
    return found;
  }
}

/** The records of a batch, or none when they are compressed or nonsense: what a client wrote is not vouched for by its CRC. */
function readable(batch: Buffer): DecodedRecord[] {
  try {
    return decodeRecords(batch);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return [];
  }
}
