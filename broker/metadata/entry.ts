/**
 * Bytes of the metadata log: entries and snapshots. JSON, because people read it when they are paged; the first
 * line is the checksum of the rest, because a truncated object must never be half understood.
 */
import { crc32c } from '@node-rs/crc32';
import type { Command, CommandResult } from './commands.ts';
import { emptyState, type ClusterState, type TopicState } from './state.ts';

export interface Entry {
  readonly seq: number;
  /** Process that wrote it, and its request number: `nonce` of the protocol. */
  readonly incarnation: string;
  readonly reqSeq: number;
  /** Broker epoch the writer had (0 before it registered). */
  readonly brokerEpoch: number;
  /** Checksum of entry `seq - 1`: the log is a chain. */
  readonly prevCrc: number;
  readonly commands: readonly Command[];
}

/** The stored bytes are not what was written: storage has lied, and nobody may go on. */
export class MetadataCorruptError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MetadataCorruptError';
  }
}

export function encodeEntry(entry: Entry): Buffer {
  return seal(JSON.stringify(entry));
}

/** The entry and its checksum (the next entry's `prevCrc`). Throws `MetadataCorruptError`. */
export function decodeEntry(bytes: Buffer, what: string): { entry: Entry; crc: number } {
  const { text, crc } = unseal(bytes, what);
  return { entry: JSON.parse(text) as Entry, crc };
}

/** Canonical: the same state gives the same bytes, whoever writes them. */
export function encodeSnapshot(state: ClusterState): Buffer {
  return seal(JSON.stringify({
    seq: state.seq, crc: state.crc, clusterId: state.clusterId, controller: state.controller,
    brokers: [...state.brokers.values()].sort((a, b) => a.brokerId - b.brokerId),
    wals: [...state.wals].sort(byKey),
    topics: [...state.topics.values()],
    objects: [...state.objects].sort(byKey),
    destroyed: [...state.destroyed].sort(),
    nextStreamId: state.nextStreamId, nextProducerId: state.nextProducerId,
    sessions: [...state.sessions].sort(byKey),
  }));
}

export function decodeSnapshot(bytes: Buffer, what: string): ClusterState {
  const raw = JSON.parse(unseal(bytes, what).text) as {
    seq: number; crc: number; clusterId: string; controller: ClusterState['controller'];
    brokers: { brokerId: number; epoch: number; host: string; port: number; fenced: boolean }[];
    wals: [string, { brokerId: number; brokerEpoch: number; trimSlot: number; fenced: boolean }][];
    topics: TopicState[]; objects: [string, { sizeBytes: number; references: number }][]; destroyed: string[];
    nextStreamId: number; nextProducerId: number; sessions: [string, { reqSeq: number; brokerEpoch: number; results: CommandResult[] }][];
  };
  const state = emptyState();
  Object.assign(state, { seq: raw.seq, crc: raw.crc, clusterId: raw.clusterId, controller: raw.controller, nextStreamId: raw.nextStreamId, nextProducerId: raw.nextProducerId });
  for (const broker of raw.brokers) state.brokers.set(broker.brokerId, broker);
  for (const [key, wal] of raw.wals) state.wals.set(key, wal);
  for (const topic of raw.topics) {
    state.topics.set(topic.name, topic);
    for (const partition of topic.partitions) state.streams.set(partition.streamId, partition);
  }
  for (const [id, object] of raw.objects) state.objects.set(id, object);
  for (const id of raw.destroyed) state.destroyed.add(id);
  for (const [incarnation, session] of raw.sessions) state.sessions.set(incarnation, session);
  return state;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

function seal(text: string): Buffer {
  return Buffer.from(`${crc32c(text).toString(16).padStart(8, '0')}\n${text}`);
}

function unseal(bytes: Buffer, what: string): { text: string; crc: number } {
  const text = bytes.toString('utf8', 9);
  const crc = Number.parseInt(bytes.toString('latin1', 0, 8), 16);
  if (bytes.length < 10 || bytes[8] !== 0x0a || crc32c(text) !== crc) throw new MetadataCorruptError(`${what} is corrupt (${bytes.length} bytes, checksum mismatch)`);
  return { text, crc };
}
