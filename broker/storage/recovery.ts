/**
 * Recovers the WAL of a fenced broker process. The order must not be changed (docs/storage.md): the fence is
 * committed before this starts; SEAL decides what was acknowledged; what lies below is uploaded and committed;
 * only that commit lets the partitions be opened elsewhere. Safe to run again after a crash at any point, and by two at once.
 */
import { StoreError, type Runtime } from '../../runtime/index.ts';
import { walKey, type ClusterState, type WalState } from '../metadata/state.ts';
import type { CommandResult, UploadedObject } from '../metadata/commands.ts';
import { ProducerState, type ProducerSnapshot } from '../log/producer-state.ts';
import { parseBatchHeader } from '../protocol/index.ts';
import type { StreamTail } from './data-object.ts';
import { ObjectGoneError, type ObjectReader } from './object-reader.ts';
import { putDataObject } from './uploader.ts';
import { decodeWalSlot, encodeWalSlot, walSlotKey, WalCorruptError, type WalRecord } from './wal-slot.ts';

/** Slots sealed at once; twice as many after each round that found all of them taken, so that no live zombie can outrun the sealer for long. */
const SEAL_WINDOW_MIN = 8;
const SEAL_WINDOW_MAX = 64;
const DELETE_KEYS_MAX = 1000;

export interface RecoveryOptions {
  readonly runtime: Runtime;
  readonly wal: WalState;
  readonly state: () => ClusterState;
  /** Looks for newer metadata. */
  readonly refresh: () => Promise<void>;
  readonly reader: ObjectReader;
  readonly newObjectId: () => string;
  readonly commit: (objects: readonly UploadedObject[], sealedSlot: number) => Promise<CommandResult>;
}

/** Resolves with the commit's result. Rejects with `StoreError`; with `WalCorruptError`, `DataObjectCorruptError` or `ObjectGoneError` when the store no longer holds what was acknowledged. */
export async function recoverWal(options: RecoveryOptions): Promise<CommandResult> {
  const { runtime, wal } = options;
  runtime.tracer.trace('recovery.begin', { broker: wal.brokerId, epoch: wal.brokerEpoch, trim: wal.trimSlot });
  const { records, sealedSlot } = await sealAndReplay(runtime, wal);
  runtime.tracer.trace('recovery.sealed', { broker: wal.brokerId, epoch: wal.brokerEpoch, slot: sealedSlot, records: records.length });
  const tails = await continueStreams(options, records);
  if (tails === 'superseded') return { ok: false, error: 'WAL_UNKNOWN' };
  const objects = tails.length === 0 ? [] : [await putDataObject(runtime, options.newObjectId(), tails)];
  const result = await options.commit(objects, sealedSlot);
  runtime.tracer.trace('recovery.done', { broker: wal.brokerId, epoch: wal.brokerEpoch, outcome: result.ok ? 'ok' : result.error });
  // The records are uploaded, so even a zombie that creates such a slot again tells no lie. The SEAL stays for ever.
  const keys = Array.from({ length: sealedSlot - wal.trimSlot - 1 }, (_, at) => walSlotKey(wal.brokerId, wal.brokerEpoch, wal.trimSlot + 1 + at));
  for (let at = 0; result.ok && at < keys.length; at += DELETE_KEYS_MAX) await runtime.objects.delete(keys.slice(at, at + DELETE_KEYS_MAX)).catch(ignoreStoreError);
  return result;
}

/** Walks the slots after the trim point, sealing the first gap: everything below was acknowledged, or may have been. */
async function sealAndReplay(runtime: Runtime, wal: WalState): Promise<{ records: WalRecord[]; sealedSlot: number }> {
  const records: WalRecord[] = [];
  let prevCrc: number | undefined;
  let width = SEAL_WINDOW_MIN;
  for (let first = wal.trimSlot + 1; ; first += width, width = Math.min(2 * width, SEAL_WINDOW_MAX)) {
    const slots = Array.from({ length: width }, (_, at) => first + at);
    // safeguard: seal. After this, nothing the old process writes can become an acknowledgement.
    const held = await Promise.all(slots.map((slot) => sealSlot(runtime, wal, slot)));
    for (const [at, bytes] of held.entries()) {
      const slot = slots[at]!;
      if (bytes === undefined) return { records, sealedSlot: slot };
      const found = decodeWalSlot(bytes, walSlotKey(wal.brokerId, wal.brokerEpoch, slot));
      if (found.kind === 'seal') return { records, sealedSlot: slot };
      if (prevCrc !== undefined && found.prevCrc !== prevCrc) throw new WalCorruptError(`WAL slot ${slot} of broker ${wal.brokerId} epoch ${wal.brokerEpoch} does not continue the one before it`);
      prevCrc = found.crc;
      records.push(...found.records);
    }
  }
}

/** Creates a SEAL in the slot, or returns what holds it already. */
async function sealSlot(runtime: Runtime, wal: WalState, slot: number): Promise<Buffer | undefined> {
  const key = walSlotKey(wal.brokerId, wal.brokerEpoch, slot);
  const { bytes } = encodeWalSlot({ kind: 'seal', brokerId: wal.brokerId, epoch: wal.brokerEpoch, slot, prevCrc: 0, records: [] });
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await runtime.objects.put(key, bytes, { ifAbsent: true });
    if (outcome === 'stored') return undefined;
    if (outcome === 'exists') {
      try {
        const held = await runtime.objects.get(key);
        if (held !== undefined) return held;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'UNAVAILABLE') throw error;
      }
    }
    await runtime.clock.sleep(Math.min(1000, 50 * 2 ** Math.min(attempt, 5)));
  }
}

/**
 * The records as tails that continue their partitions exactly; a gap is a failure, never a shrug. Unless another recoverer
 * was quicker: then what it committed counts, and nothing here is comparable with it any more.
 */
async function continueStreams(options: RecoveryOptions, records: readonly WalRecord[]): Promise<StreamTail[] | 'superseded'> {
  const { wal } = options;
  const name = `WAL of broker ${wal.brokerId} epoch ${wal.brokerEpoch}`;
  const byStream = new Map<number, WalRecord[]>();
  for (const record of records) {
    const list = byStream.get(record.streamId);
    if (list === undefined) byStream.set(record.streamId, [record]);
    else list.push(record);
  }
  const known = new Map<number, ProducerSnapshot>();
  for (const streamId of byStream.keys()) known.set(streamId, await lastProducers(options, streamId));
  // No await from here on: the metadata must not move while the records are held against it.
  const state = options.state();
  if (!state.wals.has(walKey(wal.brokerId, wal.brokerEpoch))) return 'superseded';
  const tails: StreamTail[] = [];
  for (const [streamId, list] of byStream) {
    const partition = state.streams.get(streamId);
    if (partition === undefined) continue; // its topic was deleted
    const stranger = list.find((record) => partition.brokerEpoch !== wal.brokerEpoch || partition.leaderEpoch !== record.leaderEpoch);
    if (stranger !== undefined) throw new WalCorruptError(`${name} holds a record of ${partition.topic}-${partition.index} under leader epoch ${stranger.leaderEpoch}, which it does not lead`);
    const producers = ProducerState.load(known.get(streamId)!);
    let end = partition.end;
    for (const record of list) {
      if (record.baseOffset !== end) throw new WalCorruptError(`${name}: ${partition.topic}-${partition.index} continues at ${record.baseOffset}, expected ${end}`);
      producers.apply(parseBatchHeader(record.batch), record.baseOffset);
      end += record.count;
    }
    tails.push({ streamId, leaderEpoch: partition.leaderEpoch, start: partition.end, end, batches: list.map((record) => record.batch), producers: producers.snapshot() });
  }
  return tails;
}

/** Producer state at the end of what is uploaded; nothing for a partition that has no past, or is gone. */
async function lastProducers(options: RecoveryOptions, streamId: number): Promise<ProducerSnapshot> {
  for (let refreshed = false; ; refreshed = true) {
    const state = options.state();
    const last = state.streams.get(streamId)?.ranges.at(-1);
    if (last === undefined) return [];
    try {
      return (await options.reader.index(last.objectId, state.objects.get(last.objectId)!.sizeBytes, streamId)).producers;
    } catch (error) {
      // Its topic may have been deleted since; if the metadata still refers to it, data is lost, and that is said aloud.
      if (!(error instanceof ObjectGoneError) || refreshed) throw error;
      await options.refresh();
    }
  }
}

/** What is left behind is garbage, not danger. */
function ignoreStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
