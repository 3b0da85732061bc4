/**
 * The write-ahead log of one broker process: numbered create-if-absent objects `wal/{broker}/{epoch}/{slot}`.
 * A record is durable when its slot and all before it are stored; callers hear of it in slot order. The create
 * itself is the fence: a slot that somebody else holds (a SEAL) means that this process has been replaced.
 */
import { StoreError, type Runtime } from '../../runtime/index.ts';
import { decodeWalSlot, encodeWalSlot, walSlotKey, type WalRecord } from './wal-slot.ts';

export interface WalConfig {
  /** A slot is closed at this size at the latest. */
  readonly batchBytes: number;
  /** While slots are in flight, records wait this long for company; an idle WAL writes at once. */
  readonly lingerMs: number;
  /** Slots in flight. */
  readonly window: number;
}

interface Pending {
  readonly record: WalRecord | null;
  readonly durable: () => void;
}

interface Flight {
  readonly slot: number;
  readonly entries: readonly Pending[];
  readonly sizeBytes: number;
  stored: boolean;
}

export class Wal {
  /** Slots up to and including this one are stored, and their callers told. */
  durableSlot = 0;
  /** Bytes appended and not yet durable: what backpressure is judged by. */
  unackedBytes = 0;
  /** Bytes that have become durable so far: what uploads are triggered by. */
  durableBytes = 0;
  private pending: Pending[] = [];
  private pendingBytes = 0;
  private flights: Flight[] = [];
  private nextSlot = 1;
  private prevCrc = 0;
  private lingering = false;
  private ended = false;

  /**
   * `onFenced` is called once, when a slot turns out to be somebody else's; nothing becomes durable after that.
   * `onDurable` is called after each slot's callers have been told.
   */
  constructor(
    private readonly runtime: Runtime,
    private readonly brokerId: number,
    private readonly epoch: number,
    private readonly config: WalConfig,
    private readonly onFenced: (reason: string) => void,
    private readonly onDurable: () => void,
  ) {}

  /** `durable` is called when the record is; never, if this process is fenced first. Calls come in append order. */
  append(record: WalRecord, durable: () => void): void {
    this.push({ record, durable }, record.batch.length);
  }

  /** Resolves when a slot written after this call is durable: proof that no successor had been opened when it was asked. */
  barrier(): Promise<void> {
    return new Promise((resolve) => this.push({ record: null, durable: resolve }, 0));
  }

  /** Stops writing; what is not durable never will be. */
  end(): void {
    this.ended = true;
  }

  private push(entry: Pending, sizeBytes: number): void {
    this.pending.push(entry);
    this.pendingBytes += sizeBytes;
    this.unackedBytes += sizeBytes;
    this.schedule();
  }

  private schedule(): void {
    if (this.ended || this.pending.length === 0 || this.flights.length >= this.config.window) return;
    if (this.flights.length === 0 || this.pendingBytes >= this.config.batchBytes) {
      this.flush();
    } else if (!this.lingering) {
      this.lingering = true;
      this.runtime.clock.setTimer(this.config.lingerMs, () => {
        this.lingering = false;
        if (!this.ended && this.pending.length > 0 && this.flights.length < this.config.window) this.flush();
      });
    }
  }

  private flush(): void {
    let count = 0;
    let sizeBytes = 0;
    while (count < this.pending.length && (count === 0 || sizeBytes < this.config.batchBytes)) sizeBytes += this.pending[count++]!.record?.batch.length ?? 0;
    const entries = count === this.pending.length ? this.pending : this.pending.slice(0, count);
    this.pending = count === this.pending.length ? [] : this.pending.slice(count);
    this.pendingBytes -= sizeBytes;
    const slot = this.nextSlot++;
    const records = entries.flatMap((entry) => (entry.record === null ? [] : [entry.record]));
    const { bytes, crc } = encodeWalSlot({ kind: 'data', brokerId: this.brokerId, epoch: this.epoch, slot, prevCrc: this.prevCrc, records });
    this.prevCrc = crc;
    const flight: Flight = { slot, entries, sizeBytes, stored: false };
    this.flights.push(flight);
    this.runtime.tracer.trace('wal.put', { slot, records: records.length, bytes: bytes.length });
    this.store(flight, bytes).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      this.fenced(`the store refuses the WAL: ${error.message}`);
    });
    this.schedule();
  }

  /** Offers the same bytes until the slot is decided. */
  private async store(flight: Flight, bytes: Buffer): Promise<void> {
    const key = walSlotKey(this.brokerId, this.epoch, flight.slot);
    for (let attempt = 0; !this.ended; attempt += 1) {
      const outcome = await this.runtime.objects.put(key, bytes, { ifAbsent: true });
      if (outcome === 'stored') return this.stored(flight);
      if (outcome === 'exists') {
        const holder = await this.runtime.objects.get(key).catch(() => undefined);
        if (holder?.equals(bytes)) return this.stored(flight);
        if (holder !== undefined) return this.fenced(`WAL slot ${flight.slot} holds another's ${decodeWalSlot(holder, key).kind}`);
      }
      await this.runtime.clock.sleep(Math.min(1000, 20 * 2 ** Math.min(attempt, 6)));
    }
  }

  private stored(flight: Flight): void {
    if (this.ended) return;
    flight.stored = true;
    while (this.flights[0]?.stored) {
      const first = this.flights.shift()!;
      this.durableSlot = first.slot;
      this.unackedBytes -= first.sizeBytes;
      this.durableBytes += first.sizeBytes;
      this.runtime.tracer.trace('wal.acked', { slot: first.slot });
      for (const entry of first.entries) entry.durable();
    }
    this.onDurable();
    this.schedule();
  }

  private fenced(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    this.onFenced(reason);
  }
}
