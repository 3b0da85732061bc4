/**
 * Moves what the WAL holds into data objects, in the background: one object for all partitions, committed in the
 * metadata together with the new trim point, and only then are the WAL's slots deleted.
 */
import { StoreError, type Runtime } from '../../runtime/index.ts';
import type { CommandResult, UploadedObject } from '../metadata/commands.ts';
import type { Partition } from '../log/partition.ts';
import { dataKey, encodeDataObject, type StreamTail } from './data-object.ts';
import { walSlotKey } from './wal-slot.ts';
import type { Wal } from './wal.ts';

const DELETE_KEYS_MAX = 1000;

export interface UploaderOptions {
  readonly runtime: Runtime;
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly wal: Wal;
  readonly partitions: () => Iterable<Partition>;
  /** Appends `commit-upload`; a rejection means that this process is fenced. */
  readonly commit: (objects: readonly UploadedObject[], walTrimSlot: number, closing: boolean) => Promise<CommandResult>;
  /** The metadata knows our WAL no more: what it held is uploaded, and our partitions are handed over. */
  readonly retired: () => boolean;
  readonly onFenced: (reason: string) => void;
}

export class Uploader {
  private trimmedSlot = 0;
  private deletedSlot = 0;
  private ordinal = 0;
  private takenBytes = 0;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: UploaderOptions) {}

  /** Durable bytes that no upload has taken yet. */
  get waitingBytes(): number {
    return this.options.wal.durableBytes - this.takenBytes;
  }

  /** Uploads everything durable now. One upload at a time; resolves when this one is committed. `closing` also gives up all leadership. */
  upload(closing = false): Promise<void> {
    this.running = this.running.then(() => this.uploadOnce(closing));
    return this.running;
  }

  private async uploadOnce(closing: boolean): Promise<void> {
    const { runtime, wal } = this.options;
    const trimSlot = wal.durableSlot;
    if (trimSlot === this.trimmedSlot && !closing) return;
    this.takenBytes = wal.durableBytes;
    const taken: { readonly partition: Partition; readonly tail: StreamTail }[] = [];
    for (const partition of this.options.partitions()) {
      const tail = partition.takeTail();
      if (tail !== undefined) taken.push({ partition, tail });
    }
    const objects = taken.length === 0 ? [] : [await putDataObject(runtime, this.newObjectId(), taken.map((entry) => entry.tail))];
    const result = await this.options.commit(objects, trimSlot, closing);
    // When others close at the same time, one of them may have made the metadata forget us before we could read our answer.
    if (!result.ok && !(closing && this.options.retired())) return this.options.onFenced(`upload refused: ${result.error}`);
    this.trimmedSlot = trimSlot;
    runtime.tracer.trace('upload.committed', { trim: trimSlot, partitions: taken.length });
    for (const { partition, tail } of taken) partition.uploaded(tail.end);
    await this.deleteTrimmed();
  }

  /** Unique for ever: the broker epoch is, and this process counts. Used by recoveries too. */
  newObjectId(): string {
    this.ordinal += 1;
    return `${this.options.brokerEpoch}-${this.ordinal}`;
  }

  /** Slots at or below the committed trim point. What fails to be deleted is tried again after the next upload. */
  private async deleteTrimmed(): Promise<void> {
    const { runtime, brokerId, brokerEpoch } = this.options;
    while (this.deletedSlot < this.trimmedSlot) {
      const last = Math.min(this.trimmedSlot, this.deletedSlot + DELETE_KEYS_MAX);
      const keys = Array.from({ length: last - this.deletedSlot }, (_, at) => walSlotKey(brokerId, brokerEpoch, this.deletedSlot + 1 + at));
      try {
        await runtime.objects.delete(keys);
      } catch (error) {
        if (error instanceof StoreError) return;
        throw error;
      }
      this.deletedSlot = last;
    }
  }
}

/** Stores the tails as one object, offering the same bytes until it is certainly there. Rejects with `StoreError` `DENIED`. */
export async function putDataObject(runtime: Runtime, objectId: string, tails: readonly StreamTail[]): Promise<UploadedObject> {
  const bytes = encodeDataObject(tails);
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await runtime.objects.put(dataKey(objectId), bytes, { ifAbsent: true });
    // `exists` is an earlier attempt of ours: nobody else may use this id.
    if (outcome === 'stored' || outcome === 'exists') break;
    await runtime.clock.sleep(Math.min(2000, 50 * 2 ** Math.min(attempt, 6)));
  }
  return { objectId, sizeBytes: bytes.length, ranges: tails.map(({ streamId, leaderEpoch, start, end }) => ({ streamId, leaderEpoch, start, end })) };
}
