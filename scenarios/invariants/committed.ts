/** Committed offsets as a history of writes: each has a beginning and, when it was acknowledged, an end. */
import { opKey, type EventOf } from './view.ts';

export interface Commit {
  readonly event: EventOf<'op.commit'>;
  /** seq of its acknowledgement; 0 when there was none. */
  ackedSeq: number;
  /** The member was assigned partitions in this generation, and this was not one of them. */
  unassigned: boolean;
  /** The offset after the last record this process had been given, or the furthest commit before; undefined when it had been given none. */
  reached: number | undefined;
}

export class Committed {
  private readonly open = new Map<string, Commit>();
  private readonly ids = new Map<string, Commit>();
  private readonly latestOf = new Map<string, Commit>();

  invoke(event: EventOf<'op.commit'>): Commit {
    const commit: Commit = { event, ackedSeq: 0, unassigned: false, reached: undefined };
    this.open.set(opKey(event), commit);
    this.ids.set(event.commitId, commit);
    return commit;
  }

  acknowledge(event: EventOf<'op.commit.ok'>): Commit | undefined {
    const commit = this.open.get(opKey(event));
    if (commit === undefined) return undefined;
    this.open.delete(opKey(event));
    commit.ackedSeq = event.seq;
    const key = `${commit.event.group} ${commit.event.tp}`;
    const latest = this.latestOf.get(key);
    if (latest === undefined || commit.event.seq > latest.event.seq) this.latestOf.set(key, commit);
    return commit;
  }

  /** Of all commits acknowledged so far, the one that was asked for last: nothing that ended before it began may be read any more. */
  latest(group: string, tp: string): Commit | undefined {
    return this.latestOf.get(`${group} ${tp}`);
  }

  byId(commitId: string): Commit | undefined {
    return this.ids.get(commitId);
  }
}

/**
 * True when `later`, which was acknowledged, must have taken effect after `earlier`: it began after the other's end. One whose
 * end nobody knows may take effect at any time, but not after its generation is past.
 */
export function isOver(earlier: Commit, later: Commit): boolean {
  if (earlier.ackedSeq > 0) return earlier.ackedSeq < later.event.seq;
  return earlier.event.generation >= 0 && earlier.event.generation < later.event.generation;
}
