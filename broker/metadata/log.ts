/**
 * The metadata log: create-if-absent objects `meta/log/{seq}`, one writer's entry winning each seq.
 * Follows the protocol of AutoMQ-style object logs as checked by model (docs/storage.md): an outcome that is
 * unknown is never reported as failed and its slot never reused; both sides check the garbage-collection
 * boundary, so that an entry created below it is seen as the garbage it is.
 */
import { assert, StoreError, type Runtime } from '../../runtime/index.ts';
import type { Command, CommandResult } from './commands.ts';
import { decodeEntry, decodeSnapshot, encodeEntry, encodeSnapshot, MetadataCorruptError, type Entry } from './entry.ts';
import { applyCommand, emptyState, type ClusterState } from './state.ts';

const LOG = 'meta/log/';
const SNAPSHOTS = 'meta/snap/';
const BOUNDARIES = 'meta/bnd/';
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 1000;

export function logKey(seq: number): string {
  return LOG + padded(seq);
}

export interface MetadataLogOptions {
  readonly runtime: Runtime;
  /** Unique to this process. */
  readonly incarnation: string;
  /** Called after each entry is applied, in order; never during another call. */
  readonly onApplied: (entry: Entry, results: readonly CommandResult[]) => void;
  /** The state was replaced by a snapshot's. */
  readonly onReloaded: () => void;
}

export class MetadataLog {
  state: ClusterState = emptyState();
  /** Monotonic time at which the controller was last seen to have written, or to have become one. */
  controllerAtMs = 0;
  /** Seq of the newest snapshot known. */
  snapshotSeq = 0;
  private reqSeq = 0;
  private closed = false;
  /** One append or tail at a time: the state belongs to whoever holds the turn. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: MetadataLogOptions) {}

  /** Loads the newest snapshot and everything after it. Resolves when the tail was reached once. */
  async open(): Promise<void> {
    await this.takeTurn(async () => {
      await this.reload();
      await this.catchUp();
      this.controllerAtMs = this.options.runtime.clock.monotonicMs();
    });
  }

  /** Applies what others have written. */
  async tail(): Promise<void> {
    await this.takeTurn(() => this.catchUp());
  }

  /**
   * Appends the commands as one entry and returns their results, in order. Resolves only when the outcome is certain;
   * keeps trying through any outage. `brokerEpoch` names the sender in the session table.
   */
  async append(commands: readonly Command[], brokerEpoch: number): Promise<readonly CommandResult[]> {
    return this.takeTurn(async () => {
      const reqSeq = ++this.reqSeq;
      for (;;) {
        const n = this.state.seq + 1;
        const entry: Entry = { seq: n, incarnation: this.options.incarnation, reqSeq, brokerEpoch, prevCrc: this.state.crc, commands };
        if (await this.tryCreate(n, encodeEntry(entry))) this.options.runtime.tracer.trace('meta.append', { at: n, commands: commands.map((command) => command.type).join(' ') });
        await this.catchUp();
        const session = this.state.sessions.get(this.options.incarnation);
        if (session?.reqSeq === reqSeq) return session.results;
        // A process that is closing has nothing to decide any more: for it, everything is as if it were fenced.
        if (this.closed) return commands.map(() => ({ ok: false, error: 'STALE_BROKER_EPOCH' }));
        assert(this.state.seq >= n, `metadata slot ${n} is neither ours nor anyone's`);
      }
    });
  }

  close(): void {
    this.closed = true;
  }

  /** Writes a snapshot of the present state, moves the boundary to the one before it, and deletes what lies below. Idempotent. */
  async snapshot(): Promise<void> {
    const { objects } = this.options.runtime;
    const at = this.state.seq;
    const bytes = encodeSnapshot(this.state);
    const key = SNAPSHOTS + padded(at);
    this.snapshotSeq = at;
    if (!(await this.certainPut(key, bytes))) return;
    const written = await objects.get(key);
    // Whoever took over while we were slow may have written newer ones and collected ours.
    if (written === undefined) return;
    if (!written.equals(bytes)) throw new MetadataCorruptError(`${key} read back differs from what was written`);
    const snapshots = await this.listAll(SNAPSHOTS);
    const older = snapshots.filter((name) => name < key);
    const boundary = older.at(-1);
    if (boundary === undefined) return;
    const marker = BOUNDARIES + boundary.slice(SNAPSHOTS.length);
    if (!(await this.certainPut(marker, Buffer.alloc(0)))) return;
    const last = logKey(Number(boundary.slice(SNAPSHOTS.length)));
    await this.deleteAll((await this.listAll(LOG)).filter((name) => name <= last));
    await this.deleteAll(older.slice(0, -1));
    await this.deleteAll((await this.listAll(BOUNDARIES)).filter((name) => name < marker));
  }

  private takeTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Creates slot `n` with these bytes. Returns when the slot is decided: true when it holds these bytes. */
  private async tryCreate(n: number, bytes: Buffer): Promise<boolean> {
    for (let attempt = 0; !this.closed; attempt += 1) {
      const outcome = await this.options.runtime.objects.put(logKey(n), bytes, { ifAbsent: true });
      if (outcome === 'stored') return true;
      if (outcome === 'exists') return false;
      // conflict or unknown: it may be there, or may land later. Look, then offer the very same bytes again.
      await this.pause(attempt);
      const found = await this.getPatiently(logKey(n));
      if (found !== undefined) return found.equals(bytes);
    }
    return false;
  }

  /** Applies entries until there is none, whoever wrote them. */
  private async catchUp(): Promise<void> {
    while (!this.closed) {
      const n = this.state.seq + 1;
      const bytes = await this.getPatiently(logKey(n));
      // An entry that was created at or below the boundary after its slot had been collected is garbage; a snapshot covers it.
      if ((await this.boundary(n - 1)) >= n) {
        await this.reload();
        continue;
      }
      if (bytes === undefined) return;
      this.apply(bytes, n);
    }
  }

  private apply(bytes: Buffer, n: number): void {
    const { entry, crc } = decodeEntry(bytes, logKey(n));
    if (entry.seq !== n || entry.prevCrc !== this.state.crc) throw new MetadataCorruptError(`${logKey(n)} does not continue the log (seq ${entry.seq}, previous checksum ${entry.prevCrc}, expected ${this.state.crc})`);
    const before = this.state.controller.epoch;
    const results = applyEntry(this.state, entry, crc);
    // Others' entries say nothing of the controller: a log that they keep busy would hide its death.
    const { controller } = this.state;
    if (controller.epoch !== before || entry.brokerEpoch === controller.brokerEpoch) this.controllerAtMs = this.options.runtime.clock.monotonicMs();
    this.options.onApplied(entry, results);
  }

  private async reload(): Promise<void> {
    for (;;) {
      const newest = (await this.listAll(SNAPSHOTS)).at(-1);
      if (newest === undefined) {
        this.state = emptyState();
        break;
      }
      const bytes = await this.getPatiently(newest);
      if (bytes === undefined) continue; // collected between LIST and GET: a newer one exists
      this.state = decodeSnapshot(bytes, newest);
      this.snapshotSeq = this.state.seq;
      break;
    }
    this.controllerAtMs = this.options.runtime.clock.monotonicMs();
    this.options.onReloaded();
  }

  /** Some boundary above `seq`, or 0. */
  private async boundary(seq: number): Promise<number> {
    for (let attempt = 0; !this.closed; attempt += 1) {
      try {
        const page = await this.options.runtime.objects.list(BOUNDARIES, { startAfter: BOUNDARIES + padded(seq), maxKeys: 1 });
        const key = page.objects[0]?.key;
        return key === undefined ? 0 : Number(key.slice(BOUNDARIES.length));
      } catch (error) {
        await this.retryable(error, attempt);
      }
    }
    return 0;
  }

  private async getPatiently(key: string): Promise<Buffer | undefined> {
    for (let attempt = 0; !this.closed; attempt += 1) {
      try {
        return await this.options.runtime.objects.get(key);
      } catch (error) {
        await this.retryable(error, attempt);
      }
    }
    return undefined;
  }

  private async listAll(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for (let attempt = 0; !this.closed; ) {
      try {
        const page = await this.options.runtime.objects.list(prefix, { startAfter: keys.at(-1) ?? '' });
        for (const object of page.objects) keys.push(object.key);
        if (!page.truncated) break;
      } catch (error) {
        await this.retryable(error, attempt++);
      }
    }
    return keys;
  }

  /** Create-if-absent of bytes that any writer would write alike. False only after close. */
  private async certainPut(key: string, bytes: Buffer): Promise<boolean> {
    for (let attempt = 0; !this.closed; attempt += 1) {
      const outcome = await this.options.runtime.objects.put(key, bytes, { ifAbsent: true });
      if (outcome === 'stored' || outcome === 'exists') return true;
      await this.pause(attempt);
    }
    return false;
  }

  private async deleteAll(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += 1000) await this.options.runtime.objects.delete(keys.slice(at, at + 1000));
  }

  private async retryable(error: unknown, attempt: number): Promise<void> {
    if (!(error instanceof StoreError) || error.code !== 'UNAVAILABLE') throw error;
    await this.pause(attempt);
  }

  private pause(attempt: number): Promise<void> {
    return this.options.runtime.clock.sleep(Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(attempt, 10)));
  }
}

/** Folds one entry into the state and remembers its results for the writer. */
export function applyEntry(state: ClusterState, entry: Entry, crc: number): readonly CommandResult[] {
  const results = entry.commands.map((command) => applyCommand(state, entry.seq, command));
  state.seq = entry.seq;
  state.crc = crc;
  const registered = entry.commands.some((command) => command.type === 'register-broker');
  state.sessions.set(entry.incarnation, { reqSeq: entry.reqSeq, brokerEpoch: registered ? entry.seq : entry.brokerEpoch, results });
  return results;
}

function padded(seq: number): string {
  return String(seq).padStart(20, '0');
}
