/** A log in memory that a test holds back, releases out of order, or takes leadership away from. */
import { readRecord } from '../../broker/coordinator/records.ts';
import type { CoordinatorRecord } from '../../broker/coordinator/records.ts';
import type { CoordinatorLog, GroupRecord } from '../../broker/coordinator/journal.ts';

interface Append {
  readonly records: GroupRecord[];
  readonly resolve: (durable: boolean) => void;
}

export class MemoryLog implements CoordinatorLog {
  /** In log order: what a successor will read. */
  readonly durable: GroupRecord[] = [];
  /** While true, appends wait for `release`. */
  holding = false;
  leading = true;
  proofs = 0;
  #held: Append[] = [];

  append(records: GroupRecord[]): Promise<boolean> {
    if (!this.leading) return Promise.resolve(false);
    if (!this.holding) {
      this.durable.push(...records);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => this.#held.push({ records, resolve }));
  }

  proveLeadership(): Promise<boolean> {
    this.proofs += 1;
    return Promise.resolve(this.leading);
  }

  get held(): number {
    return this.#held.length;
  }

  /** The first `count` appends become durable; the last of them is reported first if `backwards`. */
  release(count = this.#held.length, backwards = false): void {
    const released = this.#held.splice(0, count);
    for (const { records } of released) this.durable.push(...records);
    for (const { resolve } of backwards ? released.toReversed() : released) resolve(true);
  }

  /** Leadership goes; of what was held, the first `survive` appends are in the log all the same. */
  lose(survive = 0): void {
    this.leading = false;
    this.#held.forEach(({ records, resolve }, i) => {
      if (i < survive) this.durable.push(...records);
      resolve(false);
    });
    this.#held = [];
  }

  read(): CoordinatorRecord[] {
    return this.durable.flatMap((record) => readRecord(record) ?? []);
  }
}
