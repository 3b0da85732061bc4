/** What all requests to one coordinator share: its groups, the journal, the world outside, and whether it still leads. */
import type { Clock, Random, Tracer } from '../../runtime/index.ts';
import { errorName } from '../protocol/index.ts';
import type { GroupConfig } from './config.ts';
import { Group } from './group.ts';
import type { GroupState } from './group.ts';
import { Journal } from './journal.ts';
import type { CoordinatorLog } from './journal.ts';

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer;
  readonly log: CoordinatorLog;
  readonly config: GroupConfig;
}

/** Who asks. `remote` is `host:port`, kept for people to read. */
export interface RequestContext {
  readonly version: number;
  readonly clientId: string | null;
  readonly remote: string;
}

/** Longest name in bytes that fits the log's records. */
const NAME_MAX_BYTES = 1_024;

export class Registry {
  readonly groups = new Map<string, Group>();
  readonly clock: Clock;
  readonly config: GroupConfig;
  readonly journal: Journal;
  readonly #random: Random;
  readonly #tracer: Tracer;

  constructor(surroundings: Surroundings, onLost: () => void) {
    this.clock = surroundings.clock;
    this.config = surroundings.config;
    this.#random = surroundings.random;
    this.#tracer = surroundings.tracer;
    this.journal = new Journal(surroundings.log, onLost);
  }

  get closed(): boolean {
    return this.journal.closed;
  }

  /** Whole milliseconds, for the timestamps in records. */
  nowMs(): number {
    return Math.trunc(this.clock.nowMs());
  }

  /** The group, or a fresh one that is not in the registry until `keep`. Undefined when there is no room for another. */
  groupOrNew(id: string): Group | undefined {
    return this.groups.get(id) ?? (this.groups.size < this.config.maxGroups ? new Group(id) : undefined);
  }

  /** The group that an offset in the log belongs to, made if need be: what the log holds is not turned away for lack of room. */
  groupForCommit(id: string): Group {
    const group = this.groups.get(id) ?? new Group(id);
    this.keep(group);
    return group;
  }

  keep(group: Group): void {
    this.groups.set(group.id, group);
  }

  /** Forgets a group that has never done anything. One that ever had a generation stays, so that generations never start again. */
  forgetIfUnused(group: Group): void {
    const unused = group.state === 'Empty' && group.generation === 0 && group.pending.size === 0 && group.offsets.isEmpty;
    if (!unused || this.groups.get(group.id) !== group) return;
    this.groups.delete(group.id);
    this.move(group, 'Dead');
  }

  move(group: Group, state: GroupState): void {
    group.move(state);
    this.traceState(group);
  }

  traceState(group: Group): void {
    this.#tracer.trace('group.state', { group: group.id, state: group.state, generation: group.generation, members: group.members.size });
  }

  traceCommit(group: string, generation: number, member: string, tp: string, offset: number): void {
    this.#tracer.trace('group.commit', { group, generation, member, tp, offset });
  }

  traceRefused(api: string, request: { readonly groupId: string; readonly memberId: string; readonly generation: number }, error: number): void {
    this.#tracer.trace('group.refused', { group: request.groupId, member: request.memberId, generation: request.generation, error: errorName(error), api });
  }

  /** Kafka's shape: a name for people, then a UUID. */
  newMemberId(name: string): string {
    const hex = this.#random.bytes(16).toString('hex');
    return `${name}-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

/** Can this be written into a record? */
export function fits(name: string | null): boolean {
  return name === null || Buffer.byteLength(name) <= NAME_MAX_BYTES;
}
