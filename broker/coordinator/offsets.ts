/** A group's committed offsets: what is durable, and nothing else. Changed in log order only (see `journal.ts`), so it equals a replay of the log. */
import type { CommittedOffset } from './records.ts';

export class OffsetTable {
  readonly #topics = new Map<string, Map<number, CommittedOffset>>();

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  /** Topics and partitions in the order of their first commit. */
  entries(): [topic: string, partitions: ReadonlyMap<number, CommittedOffset>][] {
    return [...this.#topics];
  }

  /** Null removes, as the log's tombstone does. */
  apply(topic: string, partition: number, value: CommittedOffset | null): void {
    const partitions = this.#topics.get(topic) ?? new Map<number, CommittedOffset>();
    if (value === null) partitions.delete(partition);
    else partitions.set(partition, value);
    if (partitions.size === 0) this.#topics.delete(topic);
    else this.#topics.set(topic, partitions);
  }
}
