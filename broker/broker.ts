/**
 * The broker. Start here: boot listens, joins the cluster through the metadata log, and then serves; everything it
 * owns is in memory and can be lost, everything it promised is in the object store.
 *
 *   server -> api handlers -> leadership -> partition -> wal -> object store        (produce)
 *   uploader: wal -> data objects -> metadata log                                  (background)
 *   controller: fence -> recover -> elect, for brokers that fell silent            (whoever holds the role)
 */
import { StoreError, type Address, type Runtime } from '../runtime/index.ts';
import { handle } from './api/handlers.ts';
import type { Services } from './api/handler.ts';
import type { BrokerConfig } from './config.ts';
import { Leadership } from './leadership.ts';
import type { Command, CommandResult } from './metadata/commands.ts';
import { Controller } from './metadata/controller.ts';
import { beat } from './metadata/heartbeats.ts';
import { MetadataLog } from './metadata/log.ts';
import { isCurrent, walKey } from './metadata/state.ts';
import { ProducerIds } from './producer-ids.ts';
import { Server } from './server.ts';
import { ObjectReader } from './storage/object-reader.ts';
import { probeStore } from './storage/probe.ts';
import { Uploader } from './storage/uploader.ts';
import { Wal } from './storage/wal.ts';

export interface Broker {
  readonly address: Address;
  /** Broker epoch: the seq of its registration. */
  readonly epoch: number;
  /** Uploads what it holds, hands its partitions over, and stops. */
  close(): Promise<void>;
}

/** Resolves when the broker serves. Rejects with `NetworkError` (the address), `StoreError` (the store), or a corrupt-storage error. */
export async function startBroker(runtime: Runtime, config: BrokerConfig): Promise<Broker> {
  let admit: (services: Services) => void;
  const ready = new Promise<Services>((resolve) => (admit = resolve));
  let wal: Wal | undefined;
  const server = new Server({
    runtime, config,
    dispatch: (request, peer) => (services === undefined ? ready.then((then) => handle(request, peer, then)) : handle(request, peer, services)),
    saturated: () => wal !== undefined && wal.unackedBytes > config.unackedBytesMax,
  });
  let services: Services | undefined;
  const listener = await runtime.network.listen(config.listen, (connection) => server.accept(connection));
  const advertised = config.advertised ?? listener.address;
  const incarnation = runtime.random.fork('incarnation').bytes(8).toString('hex');

  let brokerEpoch = 0;
  let leadership: Leadership | undefined;
  let closing = false;
  /** What others wrote may concern us: we may be fenced, lead more, or lead less. */
  const adopt = (): void => {
    if (brokerEpoch === 0 || closing) return;
    if (!isCurrent(log.state, config.brokerId, brokerEpoch)) return runtime.exit(`fenced: broker ${config.brokerId} epoch ${brokerEpoch} has been replaced`);
    leadership?.reconcile();
  };
  const log = new MetadataLog({ runtime, incarnation, onApplied: (entry) => entry.commands.some((command) => command.type !== 'no-op') && adopt(), onReloaded: adopt });
  const append = (commands: readonly Command[]): Promise<readonly CommandResult[]> => log.append(commands, brokerEpoch);
  const join = async (): Promise<number> => {
    if (config.probeStore) await probeStore(runtime.objects, { name: incarnation });
    await log.open();
    const [registered] = await append([{ type: 'register-broker', brokerId: config.brokerId, clusterId: config.clusterId, host: advertised.host, port: advertised.port }]);
    if (!registered!.ok) throw new StoreError('DENIED', `it belongs to cluster ${log.state.clusterId}, not to ${config.clusterId}`);
    return registered!.value;
  };
  try {
    brokerEpoch = await join();
  } catch (error) {
    log.close();
    server.close();
    await listener.close();
    throw error;
  }

  const onFenced = (reason: string): void => runtime.exit(`fenced: ${reason}`);
  wal = new Wal(runtime, config.brokerId, brokerEpoch, config.wal, onFenced, () => server.relieve());
  const reader = new ObjectReader(runtime.objects);
  leadership = new Leadership({ runtime, config, brokerEpoch, state: () => log.state, wal, reader, refresh: () => log.tail() });
  const uploader = new Uploader({
    runtime, brokerId: config.brokerId, brokerEpoch, wal, onFenced, retired: () => !log.state.wals.has(walKey(config.brokerId, brokerEpoch)), partitions: () => leadership!.partitions(),
    commit: async (objects, walTrimSlot, last) => (await append([{ type: 'commit-upload', brokerId: config.brokerId, brokerEpoch, objects, walTrimSlot, closing: last }]))[0]!,
  });
  const controller = new Controller({ runtime, config: config.controller, brokerId: config.brokerId, brokerEpoch, log, reader, newObjectId: () => uploader.newObjectId(), append });
  const producerIds = new ProducerIds(config.brokerId, brokerEpoch, append);
  adopt();
  services = { runtime, config, brokerEpoch, leadership, state: () => log.state, append, refresh: () => log.tail(), nextProducerId: () => producerIds.take() };
  admit!(services);

  let leaving = false;
  const duties = new Loops(runtime, () => leaving);
  duties.every(config.controller.tickMs, () => controller.tick());
  duties.every(config.controller.tickMs, () => controller.showLife());
  const loops = new Loops(runtime, () => closing);
  let beats = 0;
  loops.every(config.heartbeatMs, () => beat(runtime, config.brokerId, brokerEpoch, (beats += 1)));
  loops.every(config.tailMs, () => log.tail());
  let uploadDueMs = config.uploadMs;
  loops.every(Math.min(500, config.uploadMs), async () => {
    const now = runtime.clock.monotonicMs();
    if (now < uploadDueMs && uploader.waitingBytes < config.uploadBytes) return;
    uploadDueMs = now + config.uploadMs;
    await uploader.upload();
  });
  runtime.tracer.trace('broker.ready', { epoch: brokerEpoch });

  return {
    address: listener.address,
    epoch: brokerEpoch,
    close: async () => {
      leaving = true;
      await listener.close();
      server.stopReading();
      leadership.closeCoordinators();
      await wal.barrier();
      // All that was promised is durable and about to be handed over: from here on nothing more may be.
      wal.end();
      closing = true;
      await uploader.upload(true);
      server.close();
      leadership.close();
      log.close();
    },
  };
}

/** Background duties: one run of each at a time, and what the store cannot do now is tried again next time. */
class Loops {
  constructor(private readonly runtime: Runtime, private readonly stopped: () => boolean) {}

  every(periodMs: number, duty: () => Promise<void>): void {
    const run = async (): Promise<void> => {
      while (!this.stopped()) {
        try {
          await duty();
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          if (error.code === 'DENIED') return this.runtime.exit(`the object store refuses: ${error.message}`);
        }
        await this.runtime.clock.sleep(periodMs);
      }
    };
    void run();
  }
}
