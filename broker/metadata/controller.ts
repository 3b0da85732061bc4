/**
 * The controller's duties, run by every broker and acted on by the one that holds the role: keep the log growing,
 * fence silent brokers, recover their WALs, collect garbage, write snapshots. Two believers are safe: every
 * command names the controller epoch it was decided under, and the log takes only the current one.
 */
import { StoreError, type Runtime } from '../../runtime/index.ts';
import type { ObjectReader } from '../storage/object-reader.ts';
import { dataKey } from '../storage/data-object.ts';
import { recoverWal } from '../storage/recovery.ts';
import type { Command, CommandResult } from './commands.ts';
import { HeartbeatWatch } from './heartbeats.ts';
import type { MetadataLog } from './log.ts';
import { isCurrent } from './state.ts';

export interface ControllerConfig {
  readonly tickMs: number;
  /** The controller appends something at least this often. */
  readonly noOpMs: number;
  /** A log that has not grown for this long (plus jitter) has no controller. */
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
  private appendedAtMs = 0;
  private snapshotSeq = 0;
  private stopped = false;

  constructor(private readonly options: ControllerOptions) {
    this.watch = new HeartbeatWatch(options.runtime, options.config.brokerSessionMs);
    this.jitterMs = options.runtime.random.fork('controller jitter').int(0, Math.floor(options.config.takeoverMs / 4));
    this.snapshotSeq = options.log.state.seq;
  }

  /** Runs until stopped. What the store cannot do now is tried again next tick. */
  async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.tick();
      } catch (error) {
        if (!(error instanceof StoreError) || error.code === 'DENIED') throw error;
      }
      await this.options.runtime.clock.sleep(this.options.config.tickMs);
    }
  }

  stop(): void {
    this.stopped = true;
  }

  private get leading(): boolean {
    const { controller } = this.options.log.state;
    return controller.brokerId === this.options.brokerId && controller.brokerEpoch === this.options.brokerEpoch;
  }

  private async tick(): Promise<void> {
    if (!this.leading) return this.considerTakeover();
    await this.keepGrowing();
    await this.fenceSilent();
    await this.recoverFenced();
    await this.collectGarbage();
    await this.snapshot();
  }

  /** Races for the role when its holder is fenced, or the log has stood still. */
  private async considerTakeover(): Promise<void> {
    const { log, config, runtime, brokerId, brokerEpoch } = this.options;
    const { controller } = log.state;
    const holderGone = !isCurrent(log.state, controller.brokerId, controller.brokerEpoch);
    const still = runtime.clock.monotonicMs() - log.progressAtMs >= config.takeoverMs + this.jitterMs;
    if (!holderGone && !still) return;
    const [result] = await this.options.append([{ type: 'become-controller', brokerId, brokerEpoch, seenEpoch: controller.epoch }]);
    if (result!.ok) runtime.tracer.trace('controller.elected', { epoch: result!.value });
  }

  private async keepGrowing(): Promise<void> {
    const { log, config, runtime } = this.options;
    const now = runtime.clock.monotonicMs();
    if (now - log.progressAtMs < config.noOpMs && now - this.appendedAtMs < config.noOpMs) return;
    await this.options.append([{ type: 'no-op' }]);
    this.appendedAtMs = runtime.clock.monotonicMs();
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
      if (!wal.fenced || !this.leading) continue;
      const controllerEpoch = log.state.controller.epoch;
      await recoverWal({
        runtime, wal, reader, newObjectId, state: () => log.state,
        commit: async (objects, sealedSlot) => (await this.options.append([{ type: 'recover-wal', brokerId: wal.brokerId, brokerEpoch: wal.brokerEpoch, controllerEpoch, objects, sealedSlot }]))[0]!,
      });
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
    if (log.state.seq - this.snapshotSeq < config.snapshotEvery) return;
    this.snapshotSeq = log.state.seq;
    await log.snapshot();
  }
}
