/**
 * The coordinator's way to its log. Completions are handed on in the order of the appends, whatever order the log reports them in:
 * so state changes happen in log order, and a replay gives the state that was live. Losing one append ends the journal for good.
 */
export interface CoordinatorLog {
  /** Durable; false: leadership lost, and whether the records are there is unknown. Calls are ordered: the first called is the first in the log. */
  append(records: GroupRecord[]): Promise<boolean>;
  /** A WAL write proved that no successor had been opened when it was asked. */
  proveLeadership(): Promise<boolean>;
}

export interface GroupRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

interface Entry {
  durable: boolean;
  readonly resolve: (durable: boolean) => void;
}

export class Journal {
  readonly #log: CoordinatorLog;
  readonly #onLost: () => void;
  #queue: Entry[] = [];
  #closed = false;

  /** `onLost` is called when an append fails: it must close this journal. */
  constructor(log: CoordinatorLog, onLost: () => void) {
    this.#log = log;
    this.#onLost = onLost;
  }

  get inFlight(): number {
    return this.#queue.length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** True once these records and all before them are durable; false when this coordinator has lost its partition. */
  async append(records: GroupRecord[]): Promise<boolean> {
    if (this.#closed) return false;
    const durable = await new Promise<boolean>((resolve) => {
      const entry: Entry = { durable: false, resolve };
      this.#queue.push(entry);
      void this.#log.append(records).then((ok) => (ok ? this.#settle(entry) : this.#onLost()));
    });
    return durable && !this.#closed;
  }

  async proveLeadership(): Promise<boolean> {
    if (this.#closed) return false;
    return (await this.#log.proveLeadership()) && !this.#closed;
  }

  /** Everyone who waits learns at once that the outcome is unknown; what completes later is ignored. */
  close(): void {
    this.#closed = true;
    const waiting = this.#queue;
    this.#queue = [];
    for (const entry of waiting) entry.resolve(false);
  }

  #settle(entry: Entry): void {
    entry.durable = true;
    while (this.#queue[0]?.durable === true) this.#queue.shift()?.resolve(true);
  }
}
