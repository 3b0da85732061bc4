/**
 * The history: what clients did and saw, and nothing else. Invariants judge it without knowing
 * whether a simulated or a live cluster produced it. In a trace each is an event of kind `op.*`.
 */

/** `topic-partition`, e.g. `payments-3`. */
export type Tp = string;

/** A record's identity: unique over the run. It is the record's value up to the first `|`; the rest is a checksum and padding. */
export type ValueId = string;

interface Base {
  /** seq of the trace event; orders the history in real time. */
  readonly seq: number;
  readonly atUs: number;
  /** Client that did it: `p1`, `c2`, `final`. A restarted client is a new process: `c2#2`. */
  readonly process: string;
}

export type HistoryEvent =
  /** A producer hands over `values` (in this order) for one partition, or for any (`tp` null: the partitioner decides by `key`). */
  | (Base & { readonly kind: 'op.send'; readonly op: number; readonly tp: Tp; readonly key: string | null; readonly values: readonly ValueId[]; readonly producer: ProducerMode })
  | (Base & { readonly kind: 'op.send.ok'; readonly op: number; readonly baseOffset: number })
  /** The client says it failed and the error proves that nothing was written. */
  | (Base & { readonly kind: 'op.send.fail'; readonly op: number; readonly error: string })
  /** It may or may not be there. */
  | (Base & { readonly kind: 'op.send.unknown'; readonly op: number; readonly error: string })
  /** Partitions assigned to a member in a generation. */
  | (Base & { readonly kind: 'op.assign'; readonly group: string; readonly member: string; readonly generation: number; readonly tps: readonly Tp[] })
  /** The member no longer owns what it was assigned last (left, lost, or is about to rejoin). */
  | (Base & { readonly kind: 'op.revoke'; readonly group: string; readonly member: string; readonly generation: number })
  /** Records given to the application, in the order given. `group` null: assigned by hand (final reader). */
  | (Base & { readonly kind: 'op.poll'; readonly group: string | null; readonly generation: number; readonly tp: Tp; readonly highWatermark: number; readonly records: readonly PolledRecord[] })
  /** The application has finished with the record (its effect is done). */
  | (Base & { readonly kind: 'op.process'; readonly tp: Tp; readonly offset: number; readonly value: ValueId })
  /** `commitId` travels in the commit's metadata, so that a later fetch shows which commit it read. */
  | (Base & { readonly kind: 'op.commit'; readonly op: number; readonly group: string; readonly member: string; readonly generation: number; readonly tp: Tp; readonly offset: number; readonly commitId: string })
  | (Base & { readonly kind: 'op.commit.ok'; readonly op: number })
  | (Base & { readonly kind: 'op.commit.fail'; readonly op: number; readonly error: string })
  | (Base & { readonly kind: 'op.commit.unknown'; readonly op: number; readonly error: string })
  /** Committed offset asked for (`op.fetch-committed`) and answered; -1 for none. */
  | (Base & { readonly kind: 'op.fetch-committed'; readonly op: number; readonly group: string; readonly tp: Tp; readonly broker: Asked })
  | (Base & { readonly kind: 'op.fetch-committed.ok'; readonly op: number; readonly offset: number; readonly commitId: string | null })
  | (Base & { readonly kind: 'op.fetch-committed.fail'; readonly op: number; readonly error: string })
  /** Log end, and start if that was asked too, as ListOffsets told them. One that has no `ok` and no `fail` was asked of a broker that does not lead, or does not answer. */
  | (Base & { readonly kind: 'op.list-offsets'; readonly op: number; readonly tp: Tp; readonly broker: Asked })
  | (Base & { readonly kind: 'op.list-offsets.ok'; readonly op: number; readonly start: number | null; readonly end: number })
  | (Base & { readonly kind: 'op.list-offsets.fail'; readonly op: number; readonly error: string })
  /** A read from `offset`, of a broker that may not lead. Only the answer that there is no such offset is recorded: who is told so gives its position up. */
  | (Base & { readonly kind: 'op.fetch'; readonly op: number; readonly tp: Tp; readonly offset: number; readonly broker: Asked })
  | (Base & { readonly kind: 'op.fetch.out-of-range'; readonly op: number })
  /** A new producer asked for an id. One that has no `ok` got no answer, or an error. */
  | (Base & { readonly kind: 'op.init-producer'; readonly op: number; readonly broker: Asked })
  | (Base & { readonly kind: 'op.init-producer.ok'; readonly op: number; readonly producerId: number })
  /** The final reader has read `tp` from `start` to `end` after everything healed. */
  | (Base & { readonly kind: 'op.drained'; readonly tp: Tp; readonly start: number; readonly end: number })
  /** A client died with an error of its own (a crash in the library is the library's). */
  | (Base & { readonly kind: 'op.crash'; readonly error: string });

/** The host of the broker that was asked; null when a library chose it. */
export type Asked = string | null;

export interface PolledRecord {
  readonly offset: number;
  readonly value: ValueId;
  /** Checksum, key and headers are those sent. */
  readonly intact: boolean;
}

export interface ProducerMode {
  readonly idempotent: boolean;
  /** Requests of this producer that may be in flight at once. */
  readonly maxInFlight: number;
}

export type HistoryKind = HistoryEvent['kind'];
