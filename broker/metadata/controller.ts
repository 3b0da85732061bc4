/**
 * The controller's duties, run by every broker and acted on by the one that holds the role: show that it lives,
 * fence silent brokers, recover their WALs, collect garbage, write snapshots. Two believers are safe: every
 * command names the controller epoch it was decided under, and the log takes only the current one.
 */
import type { Runtime } from '../../runtime/index.ts';
import { ObjectGoneError, type ObjectReader } from '../storage/object-reader.ts';
import { DataObjectCorruptError, dataKey } from '../storage/data-object.ts';
import { recoverWal } from '../storage/recovery.ts';
import { WalCorruptError } from '../storage/wal-slot.ts';
import type { Command, CommandResult } from './commands.ts';
import { HeartbeatWatch } from './heartbeats.ts';
import type { MetadataLog } from './log.ts';
import { isCurrent, walKey } from './state.ts';

export interface ControllerConfig {
  readonly tickMs: number;
  /** The controller appends something at least this often. */
  readonly noOpMs: number;
  /** A controller that has written nothing for this long (plus jitter) is taken to be gone. */
  readonly takeoverMs: number;
  /** A broker silent for this long is fenced. */
  readonly brokerSessionMs: number;
  /** Entries between snapshots. */
  readonly snapshotEvery: number;
}

export interface ControllerOptions {
  readonly runtime: Runtime;
  readonly config: ControllerConfig;
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly log: MetadataLog;
  readonly reader: ObjectReader;
  readonly newObjectId: () => string;
  readonly append: (commands: readonly Command[]) => Promise<readonly CommandResult[]>;
}

export class Controller {
  private readonly watch: HeartbeatWatch;
  private readonly jitterMs: number;
  /** WALs that could not be recovered, and when to look again: whoever repairs the store should not have to restart anything. */
  private readonly refusedUntilMs = new Map<string, number>();

  constructor(private readonly options: ControllerOptions) {
    this.watch = new HeartbeatWatch(options.runtime, options.config.brokerSessionMs);
    this.jitterMs = options.runtime.random.fork('controller jitter').int(0, Math.floor(options.config.takeoverMs / 4));
  }

  private get leading(): boolean {
    const { controller } = this.options.log.state;
    return controller.brokerId === this.options.brokerId && controller.brokerEpoch === this.options.brokerEpoch;
  }

  /** One round of what there is to do. Rejects with `StoreError` for what the store cannot do now, or with `MetadataCorruptError`. */
  async tick(): Promise<void> {
    if (!this.leading) return this.considerTakeover();
    await this.fenceSilent();
    await this.recoverFenced();
    await this.collectGarbage();
    await this.snapshot();
  }

  /** Shows that the controller lives. Apart from its rounds: a long recovery must not look like death, or each successor would begin it again. */
  async showLife(): Promise<void> {
    const { log, config, runtime } = this.options;
    if (!this.leading || runtime.clock.monotonicMs() - log.controllerAtMs < config.noOpMs) return;
    await this.options.append([{ type: 'no-op' }]);
  }

  /** Races for the role when its holder is fenced, or has written nothing for too long. */
  private async considerTakeover(): Promise<void> {
    const { log, config, runtime, brokerId, brokerEpoch } = this.options;
    const gone = (): boolean => !isCurrent(log.state, log.state.controller.brokerId, log.state.controller.brokerEpoch)
      || runtime.clock.monotonicMs() - log.controllerAtMs >= config.takeoverMs + this.jitterMs;
    if (!gone()) return;
    // It may be us who heard nothing: who comes back from a pause or a cut must first read what he missed.
    await log.tail();
    if (!gone()) return;
    const { controller } = log.state;
    const [result] = await this.options.append([{ type: 'become-controller', brokerId, brokerEpoch, seenEpoch: controller.epoch }]);
    if (result!.ok) runtime.tracer.trace('controller.elected', { epoch: result!.value });
  }

  private async fenceSilent(): Promise<void> {
    const { log, brokerId } = this.options;
    const others = [...log.state.brokers.values()].filter((broker) => !broker.fenced && broker.brokerId !== brokerId);
    const silent = await Promise.all(others.map((broker) => this.watch.isSilent(broker.brokerId, broker.epoch)));
    const commands = others.filter((_, at) => silent[at]).map((broker): Command => ({
      type: 'fence-broker', brokerId: broker.brokerId, brokerEpoch: broker.epoch, controllerEpoch: log.state.controller.epoch, reason: 'no heartbeat',
    }));
    if (commands.length > 0 && this.leading) await this.options.append(commands);
  }

  private async recoverFenced(): Promise<void> {
    const { log, runtime, reader, newObjectId } = this.options;
    for (const wal of [...log.state.wals.values()]) {
      const key = walKey(wal.brokerId, wal.brokerEpoch);
      if (!wal.fenced || !this.leading || runtime.clock.monotonicMs() < (this.refusedUntilMs.get(key) ?? 0)) continue;
      const controllerEpoch = log.state.controller.epoch;
      try {
        await recoverWal({
          runtime, wal, reader, newObjectId, state: () => log.state, refresh: () => log.tail(),
          commit: async (objects, sealedSlot) => (await this.options.append([{ type: 'recover-wal', brokerId: wal.brokerId, brokerEpoch: wal.brokerEpoch, controllerEpoch, objects, sealedSlot }]))[0]!,
        });
      } catch (error) {
        if (!isDamage(error)) throw error;
        // What it led has no leader, for nobody may guess at acknowledged data. Everything else goes on.
        this.refusedUntilMs.set(key, runtime.clock.monotonicMs() + REFUSED_RETRY_MS);
        runtime.tracer.trace('recovery.refused', { broker: wal.brokerId, epoch: wal.brokerEpoch, why: error.message });
      }
    }
  }

  /** Deletes data objects that the metadata has given up; they are forgotten only when they are gone. */
  private async collectGarbage(): Promise<void> {
    const { log, runtime } = this.options;
    const objectIds = [...log.state.destroyed].slice(0, 1000);
    if (objectIds.length === 0) return;
    await runtime.objects.delete(objectIds.map(dataKey));
    await this.options.append([{ type: 'objects-deleted', objectIds }]);
  }

  private async snapshot(): Promise<void> {
    const { log, config } = this.options;
    if (log.state.seq - log.snapshotSeq < config.snapshotEvery) return;
    await log.snapshot();
  }
}

const REFUSED_RETRY_MS = 30_000;

/** The store does not hold what was written. */
function isDamage(error: unknown): error is Error {
  return error instanceof WalCorruptError || error instanceof DataObjectCorruptError || error instanceof ObjectGoneError;
}
