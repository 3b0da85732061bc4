/**
 * What this broker leads: partitions opened and closed as the metadata says, and a group coordinator for each
 * partition of `__consumer_offsets` among them. Nothing is served before it is fully loaded.
 */
import { StoreError, type Runtime } from '../runtime/index.ts';
import type { BrokerConfig } from './config.ts';
import { GroupCoordinator } from './coordinator/coordinator.ts';
import { Partition } from './log/partition.ts';
import type { ProducerSnapshot } from './log/producer-state.ts';
import type { ClusterState, PartitionState } from './metadata/state.ts';
import { decodeRecords, encodeBatch, ProtocolError, validateBatch } from './protocol/index.ts';
import { assert } from '../runtime/assert.ts';
import { DataObjectCorruptError } from './storage/data-object.ts';
import { ObjectGoneError, type ObjectReader } from './storage/object-reader.ts';
import type { Wal } from './storage/wal.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';
const LOAD_READ_BYTES = 1024 * 1024;

export interface LeadershipOptions {
  readonly runtime: Runtime;
  readonly config: BrokerConfig;
  readonly brokerEpoch: number;
  readonly state: () => ClusterState;
  readonly wal: Wal;
  readonly reader: ObjectReader;
  /** Looks for newer metadata. */
  readonly refresh: () => Promise<void>;
}

export class Leadership {
  /** Led and open, by stream id. */
  private readonly open = new Map<number, Partition>();
  private readonly coordinators = new Map<number, GroupCoordinator>();
  private readonly opening = new Set<string>();
  /** Led and not to be served, by stream id: what storage holds of them is damaged. A person must look; others go on. */
  private readonly damaged = new Map<number, number>();

  constructor(private readonly options: LeadershipOptions) {}

  partition(topic: string, index: number): Partition | undefined {
    const state = this.options.state().topics.get(topic)?.partitions[index];
    return state === undefined ? undefined : this.open.get(state.streamId);
  }

  /** What is stored of the partition cannot be trusted, so it is served by nobody. */
  isDamaged(topic: string, index: number): boolean {
    const state = this.options.state().topics.get(topic)?.partitions[index];
    return state !== undefined && this.leads(state) && this.damaged.get(state.streamId) === state.leaderEpoch;
  }

  partitions(): Iterable<Partition> {
    return this.open.values();
  }

  /** The coordinator of a partition of `__consumer_offsets`, once it has loaded. */
  coordinator(index: number): GroupCoordinator | undefined {
    const partition = this.partition(OFFSETS_TOPIC, index);
    return partition === undefined ? undefined : this.coordinators.get(partition.state.streamId);
  }

  allCoordinators(): Iterable<GroupCoordinator> {
    return this.coordinators.values();
  }

  /** Brings what is open in line with the metadata. */
  reconcile(): void {
    const { streams } = this.options.state();
    for (const [streamId, partition] of this.open) {
      const state = streams.get(streamId);
      if (state !== undefined && this.leads(state) && state.leaderEpoch === partition.leaderEpoch) partition.state = state;
      else this.closePartition(streamId, partition);
    }
    for (const state of streams.values()) if (this.leads(state) && !this.open.has(state.streamId)) this.startOpening(state);
  }

  /** Groups are served no more here; their state is all in the log. */
  closeCoordinators(): void {
    for (const coordinator of this.coordinators.values()) coordinator.close();
    this.coordinators.clear();
  }

  close(): void {
    for (const [streamId, partition] of [...this.open]) this.closePartition(streamId, partition);
  }

  private leads(state: PartitionState): boolean {
    return state.leader === this.options.config.brokerId && state.brokerEpoch === this.options.brokerEpoch;
  }

  private startOpening(state: PartitionState): void {
    const key = `${state.streamId} ${state.leaderEpoch}`;
    if (state.ranges.length === 0) {
      this.finishOpening(state, []);
    } else if (!this.opening.has(key)) {
      this.opening.add(key);
      void this.openStored(state, key);
    }
  }

  /** Opens a partition that has history: the producer state comes from its last data object. */
  private async openStored(state: PartitionState, key: string): Promise<void> {
    const { reader, runtime } = this.options;
    for (let attempt = 0; ; attempt += 1) {
      const current = this.options.state().streams.get(state.streamId);
      if (current === undefined || !this.leads(current) || current.leaderEpoch !== state.leaderEpoch) break;
      try {
        const last = current.ranges.at(-1)!;
        const index = await reader.index(last.objectId, this.options.state().objects.get(last.objectId)!.sizeBytes, state.streamId);
        const now = this.options.state().streams.get(state.streamId);
        if (now !== undefined && this.leads(now) && now.leaderEpoch === state.leaderEpoch) this.finishOpening(now, index.producers);
        break;
      } catch (error) {
        if (error instanceof DataObjectCorruptError) return this.giveUp(state, error);
        if (!(error instanceof StoreError) && !(error instanceof ObjectGoneError)) throw error;
        await runtime.clock.sleep(Math.min(1000, 50 * 2 ** Math.min(attempt, 5)));
        if (error instanceof ObjectGoneError) await this.options.refresh();
      }
    }
    this.opening.delete(key);
  }

  private finishOpening(state: PartitionState, producers: ProducerSnapshot): void {
    const { wal, reader, runtime, config } = this.options;
    const objectSize = (objectId: string): number | undefined => this.options.state().objects.get(objectId)?.sizeBytes;
    const partition = new Partition(state, producers, { wal, reader, tracer: runtime.tracer, hotBytes: config.hotBytes, objectSize });
    this.open.set(state.streamId, partition);
    if (state.topic === OFFSETS_TOPIC) void this.loadCoordinator(partition);
  }

  /** Its `opening` mark stays: what is damaged is not read again under this leadership. */
  private giveUp(state: PartitionState, error: Error): void {
    this.damaged.set(state.streamId, state.leaderEpoch);
    this.options.runtime.tracer.trace('partition.damaged', { tp: `${state.topic}-${state.index}`, offset: -1, why: error.message });
  }

  private closePartition(streamId: number, partition: Partition): void {
    this.open.delete(streamId);
    this.coordinators.get(streamId)?.close();
    this.coordinators.delete(streamId);
    partition.close();
  }

  /** Replays the partition, then serves its groups. */
  private async loadCoordinator(partition: Partition): Promise<void> {
    const { runtime, config } = this.options;
    const coordinator = new GroupCoordinator({
      clock: runtime.clock, random: runtime.random.fork(`coordinator ${partition.tp} ${partition.leaderEpoch}`), tracer: runtime.tracer, config: config.group,
      log: { append: (records) => appendRecords(runtime, partition, records), proveLeadership: () => this.proveLeadership(partition) },
    });
    const records: { key: Buffer | null; value: Buffer | null }[] = [];
    for (let attempt = 0, offset = partition.logStart; offset < partition.highWatermark; ) {
      if (!partition.open) return;
      try {
        for (const batch of await partition.read(offset, LOAD_READ_BYTES)) {
          for (const record of decodeRecords(batch)) {
            records.push(record);
            offset = record.offset + 1;
          }
        }
      } catch (error) {
        if (error instanceof DataObjectCorruptError || error instanceof ProtocolError) return this.giveUp(partition.state, error);
        if (!(error instanceof StoreError) && !(error instanceof ObjectGoneError)) throw error;
        await runtime.clock.sleep(Math.min(1000, 50 * 2 ** Math.min(attempt++, 5)));
      }
    }
    if (!partition.open) return;
    try {
      coordinator.load(records);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      coordinator.close();
      return this.giveUp(partition.state, error);
    }
    this.coordinators.set(partition.state.streamId, coordinator);
  }

  /** A slot written to the WAL now proves that nobody had been given our partitions when this was called. */
  async proveLeadership(partition: Partition): Promise<boolean> {
    if (!partition.open) return false;
    await this.options.wal.barrier();
    return partition.open;
  }
}

/** Appends key/value records as one batch of our own making. */
async function appendRecords(runtime: Runtime, partition: Partition, records: readonly { key: Buffer; value: Buffer | null }[]): Promise<boolean> {
  if (!partition.open) return false;
  const timestampMs = runtime.clock.nowMs();
  const batch = encodeBatch(records.map((record) => ({ ...record, timestampMs })));
  const valid = validateBatch(batch);
  assert(valid.ok, 'a batch of our own making is valid');
  const result = partition.append(batch, valid.header);
  assert(result.ok, 'a batch without a producer is never refused');
  return result.durable;
}
