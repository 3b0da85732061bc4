/** Brokers in a simulated world, and jobs that run on client machines beside them. */
import { defaultConfig, startBroker, type Broker, type BrokerConfig } from '../../broker/index.ts';
import { decodeRecords, encodeBatch, splitBatches, type BatchOptions, type ResponseOf } from '../../broker/protocol/index.ts';
import { StoreError, type Address, type Runtime, type TraceEvent } from '../../runtime/index.ts';
import { Sim } from '../../sim/index.ts';
import { inside, SECOND_US } from '../sim/support.ts';
import { Wire } from './wire.ts';

export { SECOND_US };

export class Lab {
  readonly sim: Sim;
  readonly trace: TraceEvent[] = [];
  readonly brokers = new Map<string, Broker>();
  /** How a broker process ended by itself, by its name, in order. */
  readonly exits: { readonly node: string; readonly reason: string }[] = [];

  constructor(seed = 1, private readonly settings: Partial<BrokerConfig> = {}) {
    this.sim = new Sim({ seed, keep: (event) => { this.trace.push(event); } });
  }

  /** A world with this many brokers that serve. */
  static async of(brokers: number, settings: Partial<BrokerConfig> = {}, seed = 1): Promise<Lab> {
    const lab = new Lab(seed, settings);
    for (let id = 1; id <= brokers; id += 1) lab.add(`b${id}`, id);
    await lab.until(() => lab.brokers.size === brokers);
    return lab;
  }

  /** Starts a machine with one broker process. */
  add(name: string, brokerId: number): void {
    const main = async (rt: Runtime): Promise<void> => {
      this.brokers.delete(name);
      const listen = addressOf(name);
      try {
        this.brokers.set(name, await startBroker(rt, defaultConfig({ brokerId, listen, advertised: listen, offsetsTopicPartitions: 2, ...this.settings })));
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        rt.exit(`${error.name} ${error.code}`);
      }
    };
    const onExit = (reason: string): void => { this.exits.push({ node: name, reason }); };
    this.sim.addNode({ name, role: 'broker', main, onExit }).start();
  }

  /** Runs the world until it holds; throws after a minute of its time. */
  async until(met: () => boolean, limitUs = 60 * SECOND_US): Promise<void> {
    if (!(await this.sim.runUntil(met, this.sim.nowUs + limitUs))) throw new Error(`not met in ${limitUs / SECOND_US} s; findings: ${JSON.stringify(this.sim.findings)}`);
  }

  async run(seconds: number): Promise<void> {
    await this.sim.runUntil(() => false, this.sim.nowUs + seconds * SECOND_US);
  }

  /** Runs `job` on a machine of its own; its result. Assertions belong outside. */
  job<T>(job: (rt: Runtime) => Promise<T>, limitUs = 120 * SECOND_US): Promise<T> {
    return inside(this.sim, job, this.sim.nowUs + limitUs);
  }

  /** `job`, with a connection to a broker. */
  wire<T>(job: (wire: Wire, rt: Runtime) => Promise<T>, broker = 'b1'): Promise<T> {
    return this.job(async (rt) => job(await Wire.open(rt.network, addressOf(broker)), rt));
  }

  kinds(kind: string): TraceEvent[] {
    return this.trace.filter((event) => event.kind === kind);
  }
}

export function addressOf(broker: string): Address {
  return { host: broker, port: 9092 };
}

export async function createTopic(wire: Wire, name = 't', numPartitions = 1): Promise<void> {
  const { topics } = await wire.ask('CreateTopics', 5, { topics: [{ name, numPartitions, replicationFactor: -1, assignments: [], configs: [] }], timeoutMs: 1000 });
  if (topics[0]?.errorCode !== 0) throw new Error(`create ${name}: ${topics[0]?.errorCode} ${topics[0]?.errorMessage}`);
}

/** Broker ids, by partition. */
export async function leadersOf(wire: Wire, name = 't'): Promise<number[]> {
  const { topics } = await wire.ask('Metadata', 9, { topics: [{ name }], allowAutoTopicCreation: false });
  return [...topics[0]!.partitions].sort((a, b) => a.partitionIndex - b.partitionIndex).map(({ leaderId }) => leaderId);
}

export function batchOf(values: readonly string[], options: BatchOptions = {}): Buffer {
  return encodeBatch(values.map((value, at) => ({ key: null, value: Buffer.from(value), timestampMs: 1000 + at })), options);
}

export interface Produced {
  readonly errorCode: number;
  readonly baseOffset: number;
}

export async function produce(wire: Wire, records: Buffer | null, { topic = 't', index = 0, acks = -1, version = 9 } = {}): Promise<Produced> {
  const { responses } = await wire.ask('Produce', version, { acks, timeoutMs: 30_000, topicData: [{ name: topic, partitionData: [{ index, records }] }] });
  const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!;
  return { errorCode, baseOffset };
}

export interface FetchInit {
  readonly topic?: string;
  readonly index?: number;
  readonly offset?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly partitionMaxBytes?: number;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
  readonly leaderEpoch?: number;
}

export function fetchBody({ topic = 't', index = 0, offset = 0, maxWaitMs = 0, minBytes = 1, maxBytes = 1 << 20, partitionMaxBytes = 1 << 20, sessionId = 0, sessionEpoch = -1, leaderEpoch = -1 }: FetchInit) {
  const partitions = [{ partition: index, currentLeaderEpoch: leaderEpoch, fetchOffset: offset, partitionMaxBytes }];
  return { maxWaitMs, minBytes, maxBytes, isolationLevel: 0, sessionId, sessionEpoch, topics: [{ topic, partitions }], forgottenTopicsData: [], rackId: '' };
}

export type FetchedPartition = ResponseOf<'Fetch'>['responses'][number]['partitions'][number];

export async function fetch(wire: Wire, init: FetchInit = {}): Promise<FetchedPartition> {
  const { responses, errorCode } = await wire.ask('Fetch', 12, fetchBody(init));
  if (errorCode !== 0) throw new Error(`fetch refused: ${errorCode}`);
  return responses[0]!.partitions[0]!;
}

/** The records' values, in order. */
export function valuesOf(records: Buffer | null): string[] {
  return splitBatches(records ?? Buffer.alloc(0)).flatMap(decodeRecords).map(({ value }) => String(value));
}
