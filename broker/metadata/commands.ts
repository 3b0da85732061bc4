/**
 * Commands of the metadata log: the only way in which anything about the cluster changes.
 * A command is validated when it is applied, by every broker alike; one that no longer holds is
 * rejected without effect, so writers need no lock and readers no trust.
 */

export type Command =
  /** A broker process starts. The first one names the cluster; others must know its name. Its epoch is the seq of this entry; an older incarnation of the same id is fenced by it. */
  | { readonly type: 'register-broker'; readonly brokerId: number; readonly clusterId: string; readonly host: string; readonly port: number }
  /** Takes the controller role, if it is still what the sender saw. */
  | { readonly type: 'become-controller'; readonly brokerId: number; readonly brokerEpoch: number; readonly seenEpoch: number }
  /** The controller lives: other brokers judge it by the log's progress, not by calls. */
  | { readonly type: 'no-op' }
  | { readonly type: 'fence-broker'; readonly brokerId: number; readonly brokerEpoch: number; readonly controllerEpoch: number; readonly reason: string }
  /** Data objects become part of their partitions, and the WAL up to `walTrimSlot` becomes garbage: both or neither. */
  | { readonly type: 'commit-upload'; readonly brokerId: number; readonly brokerEpoch: number; readonly objects: readonly UploadedObject[]; readonly walTrimSlot: number; readonly closing: boolean }
  /** What a fenced broker's sealed WAL still held is uploaded: its partitions may be opened elsewhere. */
  | { readonly type: 'recover-wal'; readonly brokerId: number; readonly brokerEpoch: number; readonly controllerEpoch: number; readonly objects: readonly UploadedObject[]; readonly sealedSlot: number }
  | { readonly type: 'create-topic'; readonly name: string; readonly topicId: string; readonly partitions: number; readonly configs: Readonly<Record<string, string>> }
  | { readonly type: 'delete-topic'; readonly name: string }
  | { readonly type: 'allocate-producer-ids'; readonly brokerId: number; readonly brokerEpoch: number; readonly count: number }
  /** The objects are gone from the store: forget them. */
  | { readonly type: 'objects-deleted'; readonly objectIds: readonly string[] };

export interface UploadedObject {
  /** `{brokerEpoch}-{ordinal}` of the process that wrote it: unique for ever, without an allocation. */
  readonly objectId: string;
  readonly sizeBytes: number;
  readonly ranges: readonly UploadedRange[];
}

/** Offsets [start, end) of a partition, written under `leaderEpoch`. */
export interface UploadedRange {
  readonly streamId: number;
  readonly leaderEpoch: number;
  readonly start: number;
  readonly end: number;
}

export type CommandResult =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly error: RejectionCode };

/** Why a command had no effect. */
export type RejectionCode =
  | 'WRONG_CLUSTER'
  | 'STALE_BROKER_EPOCH'
  | 'STALE_CONTROLLER_EPOCH'
  | 'NOT_FENCED'
  | 'WAL_UNKNOWN'
  | 'RANGE_MISMATCH'
  | 'TOPIC_EXISTS'
  | 'TOPIC_UNKNOWN'
  | 'NO_BROKERS';
