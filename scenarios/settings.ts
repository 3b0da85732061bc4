/**
 * Broker settings of a run, drawn from its seed: small and quick, so that uploads, trims, snapshots and reads from the object store
 * happen within the seconds a storm lasts, and never twice the same mix. A bug that needs an odd setting needs only the right seed.
 */
import { type BrokerConfig, defaultConfig } from '../broker/index.ts';
import type { Random } from '../runtime/index.ts';

/** What is drawn. In the trace's header, and drawn again by a replay. */
export interface BrokerSettings {
  readonly uploadMs: number;
  readonly hotBytes: number;
  readonly snapshotEvery: number;
  readonly walWindow: number;
  readonly walLingerMs: number;
  readonly walBatchBytes: number;
}

export function drawSettings(random: Random): BrokerSettings {
  return {
    uploadMs: random.fork('uploadMs').pick([500, 2_000, 4_000, 10_000]),
    hotBytes: random.fork('hotBytes').pick([0, 4 * 1024, 32 * 1024, 1024 * 1024]),
    snapshotEvery: random.fork('snapshotEvery').pick([10, 20, 50, 200]),
    walWindow: random.fork('walWindow').int(1, 8),
    walLingerMs: random.fork('walLingerMs').pick([0, 5, 20, 50]),
    walBatchBytes: random.fork('walBatchBytes').pick([4 * 1024, 64 * 1024, 8 * 1024 * 1024]),
  };
}

/** The rest is as in a real cluster, but for topics: scenarios make their own. */
export function brokerConfig(brokerId: number, listen: BrokerConfig['listen'], settings: BrokerSettings): BrokerConfig {
  const { controller } = defaultConfig();
  const { uploadMs, hotBytes, snapshotEvery, walWindow, walLingerMs, walBatchBytes } = settings;
  return defaultConfig({
    brokerId, listen, advertised: listen, autoCreateTopics: false, offsetsTopicPartitions: 3, uploadMs, hotBytes,
    wal: { batchBytes: walBatchBytes, lingerMs: walLingerMs, window: walWindow },
    controller: { ...controller, snapshotEvery },
  });
}
