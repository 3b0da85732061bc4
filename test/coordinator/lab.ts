/** A coordinator with its surroundings, and consumers that speak to it through the wire codecs, so that every answer is one that can be sent. */
import { defaultGroupConfig } from '../../broker/coordinator/config.ts';
import type { GroupConfig } from '../../broker/coordinator/config.ts';
import { GroupCoordinator } from '../../broker/coordinator/coordinator.ts';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, ErrorCode } from '../../broker/protocol/index.ts';
import type { RequestInit, RequestOf, ResponseInit, ResponseOf } from '../../broker/protocol/index.ts';
import type { Random, TraceArgs, Tracer } from '../../runtime/index.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryLog } from './memory-log.ts';

export type GroupApi = 'JoinGroup' | 'SyncGroup' | 'Heartbeat' | 'LeaveGroup' | 'OffsetCommit' | 'OffsetFetch' | 'DescribeGroups' | 'ListGroups';

export class Lab {
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  readonly trace: { kind: string; args: TraceArgs }[] = [];
  readonly coordinator: GroupCoordinator;
  readonly #config: GroupConfig;

  constructor(config: Partial<GroupConfig> = {}, clock = new ManualClock(), log = new MemoryLog(), seed = 1) {
    this.clock = clock;
    this.log = log;
    this.#config = { ...defaultGroupConfig, initialRebalanceDelayMs: 0, ...config };
    const tracer: Tracer = { keeping: true, trace: (kind, args) => this.trace.push({ kind, args }) };
    this.coordinator = new GroupCoordinator({ clock, random: new TinyRandom(seed), tracer, log, config: this.#config });
    this.coordinator.load(log.durable);
  }

  /** A new coordinator over what the log has; the old one is not told. */
  successor(log = this.log): Lab {
    return new Lab(this.#config, this.clock, log, this.trace.length + 2);
  }

  async call<N extends GroupApi>(api: N, version: number, body: RequestInit<N>, clientId = 'app'): Promise<ResponseOf<N>> {
    const request = decodeRequest(Buffer.concat(encodeRequest(api, version, 7, clientId, body)).subarray(4)).body as RequestOf<N>;
    const response = await handler(this.coordinator, api)(request, { version, clientId, remote: '10.0.0.1:5555' });
    return decodeResponse(api, version, Buffer.concat(encodeResponse(api, version, 7, response)).subarray(4)).body;
  }

  kinds(kind: string): TraceArgs[] {
    return this.trace.filter((event) => event.kind === kind).map((event) => event.args);
  }

  /** State, generation and member count as last traced. */
  lastState(group = 'g'): TraceArgs | undefined {
    return this.kinds('group.state').findLast((args) => args.group === group);
  }

  /** `topic-partition` to committed offset, for all of the group. */
  async offsets(group = 'g'): Promise<Record<string, number>> {
    const { topics } = await this.call('OffsetFetch', 5, { groupId: group, topics: null });
    return Object.fromEntries(topics.flatMap(({ name, partitions }) => partitions.map((p) => [`${name}-${p.partitionIndex}`, p.committedOffset] as const)).toSorted());
  }

  /** Member id to assignment. */
  async assignments(group = 'g'): Promise<Record<string, string>> {
    const { groups } = await this.call('DescribeGroups', 4, { groups: [group] });
    return Object.fromEntries((groups[0]?.members ?? []).map((m) => [m.memberId, m.memberAssignment.toString()] as const).toSorted());
  }
}

/** Remembers its id and generation, as a client does. */
export class Consumer {
  memberId = '';
  generation = -1;
  leads = false;
  others: readonly string[] = [];
  readonly lab: Lab;
  readonly instanceId: string | null;
  readonly group: string;
  sessionTimeoutMs = 10_000;
  rebalanceTimeoutMs = 60_000;
  protocols: readonly string[] = ['range'];

  constructor(lab: Lab, instanceId: string | null = null, group = 'g') {
    this.lab = lab;
    this.instanceId = instanceId;
    this.group = group;
  }

  get who(): { groupId: string; memberId: string; groupInstanceId: string | null } {
    return { groupId: this.group, memberId: this.memberId, groupInstanceId: this.instanceId };
  }

  /** Joins, with the second round of KIP-394 if asked for. */
  async join(version = 5, lab = this.lab): Promise<ResponseOf<'JoinGroup'>> {
    const protocols = this.protocols.map((name) => ({ name, metadata: Buffer.from(`wants-${name}`) }));
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this;
    const response = await lab.call('JoinGroup', version, { ...this.who, sessionTimeoutMs, rebalanceTimeoutMs, protocolType: 'consumer', protocols });
    if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = response.memberId;
      return this.join(version, lab);
    }
    if (response.errorCode !== ErrorCode.NONE) return response;
    this.memberId = response.memberId;
    this.generation = response.generationId;
    this.leads = response.leader === response.memberId;
    this.others = response.members.map((member) => member.memberId);
    return response;
  }

  /** A leader gives each member its own id as assignment. */
  sync(lab = this.lab, generationId = this.generation): Promise<ResponseOf<'SyncGroup'>> {
    const assignments = this.leads ? this.others.map((memberId) => ({ memberId, assignment: Buffer.from(`${memberId}@${generationId}`) })) : [];
    return lab.call('SyncGroup', 3, { ...this.who, generationId, assignments });
  }

  async heartbeat(lab = this.lab): Promise<number> {
    return (await lab.call('Heartbeat', 3, { ...this.who, generationId: this.generation })).errorCode;
  }

  async leave(): Promise<number> {
    const { memberId, instanceId: groupInstanceId } = this;
    const { members } = await this.lab.call('LeaveGroup', 3, { groupId: this.group, members: [{ memberId, groupInstanceId }] });
    return members[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  }

  async commit(offset: number, partition = 0, o: { lab?: Lab; generation?: number; metadata?: string } = {}): Promise<number> {
    const topics = [{ name: 't', partitions: [{ partitionIndex: partition, committedOffset: offset, committedMetadata: o.metadata ?? null }] }];
    const response = await (o.lab ?? this.lab).call('OffsetCommit', 7, { ...this.who, generationIdOrMemberEpoch: o.generation ?? this.generation, topics });
    return response.topics[0]?.partitions[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  }
}

/** Joins all, then syncs all: the group is stable and led by the first. */
export async function stabilise(...consumers: Consumer[]): Promise<void> {
  const joins = consumers.map((consumer) => consumer.join());
  await consumers[0]?.lab.clock.advance(0);
  // Those who came first may have been answered alone.
  const again = consumers.filter((consumer) => consumer.generation !== Math.max(...consumers.map((c) => c.generation)) && consumer.generation !== -1);
  await Promise.all([...joins, ...again.map((consumer) => consumer.join())]);
  await Promise.all(consumers.map((consumer) => consumer.sync()));
}

type Handler<N extends GroupApi> = (request: RequestOf<N>, context: { version: number; clientId: string | null; remote: string }) => Promise<ResponseInit<N>>;

function handler<N extends GroupApi>(coordinator: GroupCoordinator, api: N): Handler<N> {
  const method = `${api.charAt(0).toLowerCase()}${api.slice(1)}` as Uncapitalize<N>;
  return (coordinator[method] as unknown as Handler<N>).bind(coordinator);
}

/** Enough for member ids: a counter stirred by a constant. */
class TinyRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  u32(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state;
  }

  float(): number {
    return this.u32() / 2 ** 32;
  }

  int(min: number, max: number): number {
    return min + Math.floor(this.float() * (max - min + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)] as T;
  }

  bytes(sizeBytes: number): Buffer {
    return Buffer.from(Array.from({ length: sizeBytes }, () => this.int(0, 255)));
  }

  fork(): Random {
    return new TinyRandom(this.u32());
  }
}
