/**
 * The cluster's state: a pure fold over the metadata log. Every broker computes the same state from the same
 * entries, so whatever is decided here (who leads, who is fenced, what is stored where) is decided once.
 * No clock is read; every epoch is the seq of the entry that began it.
 */
import { assert, unreachable } from '../../runtime/index.ts';
import type { Command, CommandResult, RejectionCode, UploadedObject } from './commands.ts';

export interface ClusterState {
  /** Last entry applied, 0 before the first, and its checksum. */
  seq: number;
  crc: number;
  controller: { brokerId: number; brokerEpoch: number; epoch: number };
  /** Latest incarnation of each broker id. */
  brokers: Map<number, BrokerState>;
  /** Write-ahead logs that may hold what is not uploaded, by `walKey`. */
  wals: Map<string, WalState>;
  topics: Map<string, TopicState>;
  /** Partition by stream id, for uploads. Derived from `topics`. */
  /** As the first broker named it; empty before. */
  clusterId: string;
  streams: Map<number, PartitionState>;
  /** Live data objects. */
  objects: Map<string, ObjectState>;
  /** Objects that no partition refers to any more, to be deleted from the store. */
  destroyed: Set<string>;
  nextStreamId: number;
  nextProducerId: number;
  /** Last request of each process (by incarnation) and its results: lets a writer learn an outcome from a snapshot. */
  sessions: Map<string, { reqSeq: number; brokerEpoch: number; results: readonly CommandResult[] }>;
}

export interface BrokerState {
  brokerId: number;
  epoch: number;
  host: string;
  port: number;
  fenced: boolean;
}

export interface WalState {
  brokerId: number;
  brokerEpoch: number;
  /** Slots up to and including this one are uploaded. */
  trimSlot: number;
  fenced: boolean;
}

export interface TopicState {
  name: string;
  topicId: string;
  configs: Readonly<Record<string, string>>;
  partitions: PartitionState[];
}

export interface PartitionState {
  topic: string;
  index: number;
  streamId: number;
  /** Broker that may append, or -1 while nobody may. */
  leader: number;
  /** Epoch of the broker process that leads or led last; names the WAL that may hold the tail. 0: never led. */
  brokerEpoch: number;
  lastLeader: number;
  leaderEpoch: number;
  start: number;
  /** End of what is uploaded: the WAL holds the rest. */
  end: number;
  /** Tiles [start, end) in order. */
  ranges: StoredRange[];
}

export interface StoredRange {
  objectId: string;
  leaderEpoch: number;
  start: number;
  end: number;
}

export interface ObjectState {
  sizeBytes: number;
  /** Partitions that still refer to it. */
  references: number;
}

export function emptyState(): ClusterState {
  return {
    seq: 0, crc: 0, clusterId: '', controller: { brokerId: -1, brokerEpoch: 0, epoch: 0 },
    brokers: new Map(), wals: new Map(), topics: new Map(), streams: new Map(), objects: new Map(), destroyed: new Set(),
    nextStreamId: 1, nextProducerId: 1, sessions: new Map(),
  };
}

export function walKey(brokerId: number, brokerEpoch: number): string {
  return `${brokerId}/${brokerEpoch}`;
}

/** True while `epoch` is the controller's and its process has not been fenced: what a fenced process asks for has no effect, whatever its role. */
function controls(state: ClusterState, epoch: number): boolean {
  const { controller } = state;
  return controller.epoch === epoch && isCurrent(state, controller.brokerId, controller.brokerEpoch);
}

/** True while `brokerEpoch` is the current, unfenced incarnation of `brokerId`. */
export function isCurrent(state: ClusterState, brokerId: number, brokerEpoch: number): boolean {
  const broker = state.brokers.get(brokerId);
  return broker !== undefined && broker.epoch === brokerEpoch && !broker.fenced;
}

export function findPartition(state: ClusterState, topic: string, index: number): PartitionState | undefined {
  return state.topics.get(topic)?.partitions[index];
}

/** Applies one command of entry `seq`. A rejected command leaves the state untouched. */
export function applyCommand(state: ClusterState, seq: number, command: Command): CommandResult {
  switch (command.type) {
    case 'register-broker': {
      if (state.clusterId !== '' && state.clusterId !== command.clusterId) return rejected('WRONG_CLUSTER');
      state.clusterId = command.clusterId;
      const previous = state.brokers.get(command.brokerId);
      if (previous !== undefined && !previous.fenced) fence(state, previous);
      state.brokers.set(command.brokerId, { brokerId: command.brokerId, epoch: seq, host: command.host, port: command.port, fenced: false });
      state.wals.set(walKey(command.brokerId, seq), { brokerId: command.brokerId, brokerEpoch: seq, trimSlot: 0, fenced: false });
      electLeaders(state, seq);
      return ok(seq);
    }
    case 'become-controller':
      if (!isCurrent(state, command.brokerId, command.brokerEpoch)) return rejected('STALE_BROKER_EPOCH');
      if (state.controller.epoch !== command.seenEpoch) return rejected('STALE_CONTROLLER_EPOCH');
      state.controller = { brokerId: command.brokerId, brokerEpoch: command.brokerEpoch, epoch: seq };
      return ok(seq);
    case 'no-op':
      return ok(0);
    case 'fence-broker': {
      if (!controls(state, command.controllerEpoch)) return rejected('STALE_CONTROLLER_EPOCH');
      const broker = state.brokers.get(command.brokerId);
      if (broker === undefined || broker.fenced || broker.epoch !== command.brokerEpoch) return rejected('STALE_BROKER_EPOCH');
      fence(state, broker);
      return ok(0);
    }
    case 'commit-upload': {
      const wal = state.wals.get(walKey(command.brokerId, command.brokerEpoch));
      // safeguard: fenced-epoch. A fenced broker's commands have no effect (storage.md, failover order 1).
      if (wal === undefined || wal.fenced) return rejected('STALE_BROKER_EPOCH');
      if (!rangesFit(state, command.objects, command.brokerEpoch)) return rejected('RANGE_MISMATCH');
      addObjects(state, command.objects);
      assert(command.walTrimSlot >= wal.trimSlot, `WAL ${walKey(command.brokerId, command.brokerEpoch)} trimmed backwards`);
      wal.trimSlot = command.walTrimSlot;
      if (command.closing) retire(state, seq, command.brokerId, command.brokerEpoch);
      return ok(0);
    }
    case 'recover-wal': {
      if (!controls(state, command.controllerEpoch)) return rejected('STALE_CONTROLLER_EPOCH');
      const wal = state.wals.get(walKey(command.brokerId, command.brokerEpoch));
      if (wal === undefined) return rejected('WAL_UNKNOWN');
      if (!wal.fenced) return rejected('NOT_FENCED');
      if (!rangesFit(state, command.objects, command.brokerEpoch)) return rejected('RANGE_MISMATCH');
      addObjects(state, command.objects);
      retire(state, seq, command.brokerId, command.brokerEpoch);
      return ok(0);
    }
    case 'create-topic': {
      if (state.topics.has(command.name)) return rejected('TOPIC_EXISTS');
      if (![...state.brokers.values()].some((broker) => !broker.fenced)) return rejected('NO_BROKERS');
      const partitions = Array.from({ length: command.partitions }, (_, index): PartitionState => ({
        topic: command.name, index, streamId: state.nextStreamId + index, leader: -1, brokerEpoch: 0, lastLeader: -1, leaderEpoch: 0, start: 0, end: 0, ranges: [],
      }));
      state.nextStreamId += command.partitions;
      state.topics.set(command.name, { name: command.name, topicId: command.topicId, configs: command.configs, partitions });
      for (const partition of partitions) state.streams.set(partition.streamId, partition);
      electLeaders(state, seq);
      return ok(0);
    }
    case 'delete-topic': {
      const topic = state.topics.get(command.name);
      if (topic === undefined) return rejected('TOPIC_UNKNOWN');
      state.topics.delete(command.name);
      for (const partition of topic.partitions) {
        state.streams.delete(partition.streamId);
        for (const range of partition.ranges) release(state, range.objectId);
      }
      return ok(0);
    }
    case 'allocate-producer-ids': {
      if (!isCurrent(state, command.brokerId, command.brokerEpoch)) return rejected('STALE_BROKER_EPOCH');
      const first = state.nextProducerId;
      state.nextProducerId += command.count;
      return ok(first);
    }
    case 'objects-deleted':
      for (const id of command.objectIds) state.destroyed.delete(id);
      return ok(0);
    default:
      return unreachable(command);
  }
}

function ok(value: number): CommandResult {
  return { ok: true, value };
}

function rejected(error: RejectionCode): CommandResult {
  return { ok: false, error };
}

/** From here on nothing this broker process asks for is accepted, and its partitions have no leader until its WAL is recovered. */
function fence(state: ClusterState, broker: BrokerState): void {
  broker.fenced = true;
  const wal = state.wals.get(walKey(broker.brokerId, broker.epoch));
  if (wal !== undefined) wal.fenced = true;
  for (const partition of state.streams.values()) {
    if (partition.leader === broker.brokerId && partition.brokerEpoch === broker.epoch) partition.leader = -1;
  }
}

/** The WAL holds nothing any more: forget it, and let its partitions be led again. */
function retire(state: ClusterState, seq: number, brokerId: number, brokerEpoch: number): void {
  const broker = state.brokers.get(brokerId);
  if (broker !== undefined && broker.epoch === brokerEpoch && !broker.fenced) fence(state, broker);
  state.wals.delete(walKey(brokerId, brokerEpoch));
  // Also of those retired before: a process writes its session once more when it closes, or as a zombie.
  const alive = new Set([...state.wals.values()].map((wal) => wal.brokerEpoch));
  for (const [incarnation, session] of state.sessions) if (!alive.has(session.brokerEpoch)) state.sessions.delete(incarnation);
  electLeaders(state, seq);
}

/** Gives every partition without a leader, whose tail is uploaded, to the broker that leads the fewest. The leader epoch is `seq`. */
function electLeaders(state: ClusterState, seq: number): void {
  const load = new Map<number, number>();
  for (const broker of state.brokers.values()) if (!broker.fenced) load.set(broker.brokerId, 0);
  if (load.size === 0) return;
  for (const partition of state.streams.values()) if (load.has(partition.leader)) load.set(partition.leader, load.get(partition.leader)! + 1);
  for (const partition of state.streams.values()) {
    if (partition.leader !== -1 || state.wals.has(walKey(partition.lastLeader, partition.brokerEpoch))) continue;
    let leader = -1;
    for (const [id, count] of load) if (leader === -1 || count < load.get(leader)! || (count === load.get(leader)! && id < leader)) leader = id;
    partition.leader = leader;
    partition.lastLeader = leader;
    partition.brokerEpoch = state.brokers.get(leader)!.epoch;
    partition.leaderEpoch = seq;
    load.set(leader, load.get(leader)! + 1);
  }
}

/** Each range must continue its partition exactly, under the process that led it. Ranges of deleted topics are ignored. */
function rangesFit(state: ClusterState, objects: readonly UploadedObject[], brokerEpoch: number): boolean {
  const ends = new Map<number, number>();
  for (const range of objects.flatMap((object) => object.ranges)) {
    const partition = state.streams.get(range.streamId);
    if (partition === undefined) continue;
    if (partition.brokerEpoch !== brokerEpoch || partition.leaderEpoch !== range.leaderEpoch) return false;
    if ((ends.get(range.streamId) ?? partition.end) !== range.start || range.end <= range.start) return false;
    ends.set(range.streamId, range.end);
  }
  return true;
}

function addObjects(state: ClusterState, objects: readonly UploadedObject[]): void {
  for (const object of objects) {
    const live = object.ranges.filter((range) => state.streams.has(range.streamId));
    if (live.length === 0) {
      state.destroyed.add(object.objectId);
      continue;
    }
    state.objects.set(object.objectId, { sizeBytes: object.sizeBytes, references: live.length });
    for (const range of live) {
      const partition = state.streams.get(range.streamId)!;
      partition.ranges.push({ objectId: object.objectId, leaderEpoch: range.leaderEpoch, start: range.start, end: range.end });
      partition.end = range.end;
    }
  }
}

function release(state: ClusterState, objectId: string): void {
  const object = state.objects.get(objectId);
  assert(object !== undefined, `object ${objectId} released but unknown`);
  object.references -= 1;
  if (object.references > 0) return;
  state.objects.delete(objectId);
  state.destroyed.add(objectId);
}
