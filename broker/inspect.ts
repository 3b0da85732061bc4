/**
 * Reads a cluster's store from outside, with no broker running: the metadata as a replay gives it, and every partition's
 * batches, from data objects and from what the WALs still hold. For checkers and for whoever is paged.
 */
import { decodeEntry, decodeSnapshot } from './metadata/entry.ts';
import { applyEntry, logKey } from './metadata/log.ts';
import { emptyState, walKey, type ClusterState, type PartitionState } from './metadata/state.ts';
import { splitBatches } from './protocol/index.ts';
import { crc32c } from '@node-rs/crc32';
import { dataKey, decodeFooter, decodeIndex, FOOTER_BYTES } from './storage/data-object.ts';
import { decodeWalSlot, walSlotKey, type WalRecord } from './storage/wal-slot.ts';

export type StoredObjects = ReadonlyMap<string, Buffer>;

/** The newest snapshot and every entry after it. Throws `MetadataCorruptError`. */
export function inspectMetadata(objects: StoredObjects): ClusterState {
  const newest = [...objects.keys()].filter((key) => key.startsWith('meta/snap/')).sort().at(-1);
  const state = newest === undefined ? emptyState() : decodeSnapshot(objects.get(newest)!, newest);
  for (;;) {
    const key = logKey(state.seq + 1);
    const bytes = objects.get(key);
    if (bytes === undefined) return state;
    const { entry, crc } = decodeEntry(bytes, key);
    applyEntry(state, entry, crc);
  }
}

export interface InspectedPartition {
  /** Batches from `start` on, in order, as far as they are intact and without a gap. */
  readonly batches: readonly Buffer[];
  /** What is wrong with what the metadata refers to, one line each. */
  readonly problems: readonly string[];
}

/** Every batch of the partition that a reader could ever be given. */
export function inspectPartition(objects: StoredObjects, state: ClusterState, partition: PartitionState): InspectedPartition {
  const batches: Buffer[] = [];
  const problems: string[] = [];
  const tp = `${partition.topic}-${partition.index}`;
  let end = partition.start;
  for (const range of partition.ranges) {
    if (range.start !== end) problems.push(`${tp}: ranges do not tile: ${range.objectId} begins at ${range.start}, expected ${end}`);
    const bytes = objects.get(dataKey(range.objectId));
    const known = state.objects.get(range.objectId);
    if (bytes === undefined || known === undefined || bytes.length !== known.sizeBytes) {
      problems.push(`${tp}: object ${range.objectId}, which holds [${range.start}, ${range.end}), is ${bytes === undefined ? 'not in the store' : `of ${bytes.length} bytes, expected ${known?.sizeBytes}`}`);
    } else {
      batches.push(...readRange(bytes, partition.streamId, range.objectId, range.start, range.end, problems, tp));
    }
    end = range.end;
  }
  if (end !== partition.end) problems.push(`${tp}: ranges end at ${end}, the partition at ${partition.end}`);
  for (const record of walRecords(objects, state, partition)) {
    if (record.streamId !== partition.streamId || record.baseOffset < end) continue;
    if (record.baseOffset > end) {
      problems.push(`${tp}: the WAL continues at ${record.baseOffset}, expected ${end}`);
      break;
    }
    batches.push(record.batch);
    end += record.count;
  }
  return { batches, problems };
}

function readRange(bytes: Buffer, streamId: number, objectId: string, start: number, end: number, problems: string[], tp: string): Buffer[] {
  const place = decodeFooter(bytes.subarray(bytes.length - FOOTER_BYTES), objectId);
  const index = decodeIndex(bytes.subarray(place.position, place.position + place.sizeBytes), place.crc, objectId);
  const stream = index.streams.find((entry) => entry.streamId === streamId);
  if (stream === undefined || stream.start !== start || stream.end !== end) {
    problems.push(`${tp}: object ${objectId} holds [${stream?.start}, ${stream?.end}), the metadata says [${start}, ${end})`);
    return [];
  }
  return stream.blocks.flatMap((block) => {
    const body = bytes.subarray(block.position, block.position + block.sizeBytes);
    if (crc32c(body) !== block.crc) problems.push(`${tp}: object ${objectId} is corrupt at ${block.position}`);
    return splitBatches(body);
  });
}

/** Records of the WAL that may hold the partition's tail, up to its first gap or SEAL. */
function walRecords(objects: StoredObjects, state: ClusterState, partition: PartitionState): readonly WalRecord[] {
  const wal = state.wals.get(walKey(partition.lastLeader, partition.brokerEpoch));
  const records: WalRecord[] = [];
  for (let slot = (wal?.trimSlot ?? 0) + 1; wal !== undefined; slot += 1) {
    const key = walSlotKey(wal.brokerId, wal.brokerEpoch, slot);
    const bytes = objects.get(key);
    const found = bytes === undefined ? undefined : decodeWalSlot(bytes, key);
    if (found === undefined || found.kind === 'seal') break;
    records.push(...found.records);
  }
  return records;
}
