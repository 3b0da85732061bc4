/** Every promise that is judged: its name, what it says, and where it comes from. Read by `wavetank list`, the README and the viewer. */

export interface Invariant {
  readonly name: InvariantName;
  /** The promise, in one sentence. */
  readonly promise: string;
  readonly class: 'safety' | 'liveness' | 'harness';
  /** KIP, issue, paper or checker that the rule is taken from. */
  readonly source: string;
}

export type InvariantName = (typeof entries)[number]['name'];

const entries = [
  { name: 'lost-write', promise: 'A record whose producer was told it is stored can be read, at its offset, for ever after.', class: 'safety', source: 'Jepsen kafka workload; KIP-101' },
  { name: 'unseen', promise: 'After everything has healed, a reader of the whole partition reaches every acknowledged record.', class: 'safety', source: 'Jepsen kafka workload' },
  { name: 'ack-offset', promise: 'The offset in an acknowledgement is where the record is.', class: 'safety', source: 'Jepsen report on Bufstream 0.1.0 (spurious zero offsets)' },
  { name: 'inconsistent-offsets', promise: 'An offset of a partition holds one record, the same one for everybody, always.', class: 'safety', source: 'Jepsen kafka workload; KIP-101, KIP-279' },
  { name: 'duplicate', promise: 'What an idempotent producer sends once is in the log at most once.', class: 'safety', source: 'KIP-98; redpanda#3039' },
  { name: 'unique-producer-id', promise: 'No two producers are given the same producer id.', class: 'safety', source: 'KIP-98' },
  { name: 'phantom', promise: 'Nothing is read that was not sent to that partition, or whose sending was refused.', class: 'safety', source: 'Jepsen kafka workload (G1a)' },
  { name: 'corrupt', promise: 'A record is read as it was sent: value, key and headers.', class: 'safety', source: 'Kafka record batch CRC (KIP-98)' },
  { name: 'nonmonotonic-send', promise: 'Records of one producer (idempotent, or with one request in flight) are in the log in the order it sent them.', class: 'safety', source: 'Jepsen kafka workload; KIP-98' },
  { name: 'nonmonotonic-poll', promise: 'Within one assignment a reader never moves back.', class: 'safety', source: 'Jepsen kafka workload' },
  { name: 'poll-skip', promise: 'Within one assignment a reader passes over no record.', class: 'safety', source: 'Jepsen kafka workload; librdkafka and Kafka fetch semantics' },
  { name: 'watermark-sane', promise: 'A fetch returns only records below the high watermark that it reports.', class: 'safety', source: 'Kafka replication protocol; KAFKA-9807' },
  { name: 'read-your-ack', promise: 'Once a record is acknowledged or shown, anybody who asks later is told a log end beyond it, and the end is never out of range for a reader.', class: 'safety', source: 'KIP-207; KAFKA-2334' },
  { name: 'watermark-backed', promise: 'No high watermark is shown that later reads cannot reach.', class: 'safety', source: 'KIP-101; KAFKA-9807' },
  { name: 'watermark-monotone', promise: 'The high watermark of a partition never falls, whoever leads it.', class: 'safety', source: 'KIP-207; KIP-279' },
  { name: 'rewind-floor', promise: 'A newly assigned member resumes no earlier than the last commit acknowledged before.', class: 'safety', source: 'Jepsen kafka workload, sharpened; kafkajs#1119' },
  { name: 'stale-commit', promise: 'A committed offset that is asked for is the last one acknowledged before, or a later one.', class: 'safety', source: 'Linearizable register; KAFKA-13636' },
  { name: 'commit-loss', promise: 'A group with an acknowledged commit is never treated as one that has none.', class: 'safety', source: 'KAFKA-13636; KAFKA-8069' },
  { name: 'zombie-commit', promise: 'A member of a past generation cannot commit.', class: 'safety', source: 'Kafka group protocol; KIP-447' },
  { name: 'exclusive-owner', promise: 'In one generation a partition belongs to one member of the group.', class: 'safety', source: 'KAFKA-14639; KAFKA-12984' },
  { name: 'commit-sanity', promise: 'A member commits only what it was assigned and no further than it has read, and a fetch returns only what was committed.', class: 'safety', source: 'kafkajs#1046' },
  { name: 'group-skip', promise: 'Every record below the offset that a group has committed was processed by some member.', class: 'safety', source: 'At-least-once processing; kafkajs#28' },
  { name: 'durable-ack', promise: 'An acknowledged record is in a data object or in the write-ahead log, at its offset.', class: 'safety', source: 'AutoMQ#106; AutoMQ S3Stream confirm offset' },
  { name: 'recovery-equality', promise: 'A new leader starts where the confirmed log of its predecessors ends.', class: 'safety', source: 'AutoMQ#152, #205; S3Stream failover' },
  { name: 'no-dangling-reference', promise: 'Every object that the metadata names is in the store, whole.', class: 'safety', source: 'redpanda#15171; inkless#218' },
  { name: 'ranges-tile', promise: "A partition's objects cover its offsets without gap or overlap.", class: 'safety', source: 'AutoMQ#1055; S3Stream commit contiguity' },
  { name: 'liveness', promise: 'A bounded time after the last fault has healed, everything that was asked for is done.', class: 'liveness', source: 'TigerBeetle VOPR liveness mode' },
  { name: 'crash', promise: 'No assertion of the broker breaks and no error of it goes unhandled.', class: 'safety', source: 'Wavetank' },
  { name: 'client-crash', promise: 'No client dies of an error of its own.', class: 'safety', source: 'Wavetank' },
  { name: 'uncontrolled', promise: 'Nothing in the world reads time or chance except through the runtime.', class: 'harness', source: 'simloop fences; madsim#174' },
  { name: 'fault-without-effect', promise: 'Every fault of the plan fired and touched something.', class: 'harness', source: 'freenet#4727 (partitions that dropped nothing)' },
] as const satisfies readonly { readonly name: string; readonly promise: string; readonly class: string; readonly source: string }[];

export const invariants: readonly Invariant[] = entries;
