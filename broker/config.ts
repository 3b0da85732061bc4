/** What an operator may set, with defaults that suit a small cluster on S3. Names end in their unit. */
import type { Address } from '../runtime/index.ts';
import { defaultGroupConfig, type GroupConfig } from './coordinator/config.ts';
import type { ControllerConfig } from './metadata/controller.ts';
import type { WalConfig } from './storage/wal.ts';

export interface BrokerConfig {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly listen: Address;
  /** What clients are told to connect to; the address listened on when not given. */
  readonly advertised: Address | null;
  /** `auto.create.topics.enable`, and `num.partitions` for those and for requests that leave it open. */
  readonly autoCreateTopics: boolean;
  readonly numPartitions: number;
  /** `offsets.topic.num.partitions`: fixed when the topic is first created. */
  readonly offsetsTopicPartitions: number;
  /** `message.max.bytes`: the largest record batch. */
  readonly messageMaxBytes: number;
  /** `socket.request.max.bytes`. */
  readonly requestMaxBytes: number;
  /** Requests of one connection that may wait for their answer before it is read no further. */
  readonly requestsInFlightMax: number;
  /** Appended and not yet durable bytes at which connections are read no further, until half of it is durable. */
  readonly unackedBytesMax: number;
  readonly heartbeatMs: number;
  /** How often the metadata log is looked at for others' entries. */
  readonly tailMs: number;
  /** An upload begins this often, or when the WAL has grown by `uploadBytes`. */
  readonly uploadMs: number;
  readonly uploadBytes: number;
  /** Uploaded batches kept in memory, per partition. */
  readonly hotBytes: number;
  /** Check at startup that the store keeps what this broker relies on. */
  readonly probeStore: boolean;
  readonly wal: WalConfig;
  readonly controller: ControllerConfig;
  readonly group: GroupConfig;
}

export function defaultConfig(overrides: Partial<BrokerConfig> = {}): BrokerConfig {
  return {
    brokerId: 1,
    clusterId: 'wavetank',
    listen: { host: '127.0.0.1', port: 9092 },
    advertised: null,
    autoCreateTopics: true,
    numPartitions: 1,
    offsetsTopicPartitions: 16,
    messageMaxBytes: 1024 * 1024 + 12,
    requestMaxBytes: 100 * 1024 * 1024,
    requestsInFlightMax: 64,
    unackedBytesMax: 64 * 1024 * 1024,
    heartbeatMs: 1000,
    tailMs: 500,
    uploadMs: 10_000,
    uploadBytes: 16 * 1024 * 1024,
    hotBytes: 4 * 1024 * 1024,
    probeStore: true,
    wal: { batchBytes: 8 * 1024 * 1024, lingerMs: 20, window: 4 },
    controller: { tickMs: 1000, noOpMs: 2000, takeoverMs: 7000, brokerSessionMs: 6000, snapshotEvery: 500 },
    group: defaultGroupConfig,
    ...overrides,
  };
}
