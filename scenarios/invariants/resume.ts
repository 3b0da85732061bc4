/** Where a member goes on after an assignment: at what was committed, neither before nor beyond. */
import { Committed, isOver, type Commit } from './committed.ts';
import { firstBetween } from './polls.ts';
import type { Report } from './report.ts';
import type { EventOf, View } from './view.ts';

/**
 * A commit may be in effect at an assignment unless another one, begun after its end, was acknowledged before. The lowest
 * and highest of those that may be in effect bound where the first poll starts; a process may also go on from where it was.
 */
export function judgeResume(view: View, report: Report): void {
  const committed = new Committed();
  /** Commits that may be in effect, by group and partition. */
  const live = new Map<string, Commit[]>();
  const waiting = new Map<string, Waiting>();
  const reached = new Map<string, number>();
  for (const event of view.history) {
    switch (event.kind) {
      case 'op.commit': {
        const commit = committed.invoke(event);
        const key = `${event.group} ${event.tp}`;
        const others = live.get(key);
        if (others === undefined) live.set(key, [commit]);
        else others.push(commit);
        break;
      }
      case 'op.commit.ok': {
        const commit = committed.acknowledge(event);
        if (commit === undefined) break;
        const key = `${commit.event.group} ${commit.event.tp}`;
        live.set(key, (live.get(key) ?? []).filter((other) => !isOver(other, commit)));
        break;
      }
      case 'op.assign':
        for (const tp of event.tps) {
          const floor = committed.latest(event.group, tp);
          if (floor === undefined) waiting.delete(`${event.process} ${tp}`);
          else waiting.set(`${event.process} ${tp}`, { assign: event, floor, low: lowest(live.get(`${event.group} ${tp}`) ?? [floor]) });
        }
        break;
      case 'op.poll': {
        const first = event.records[0];
        const last = event.records[event.records.length - 1];
        if (event.group === null || first === undefined || last === undefined) break;
        const key = `${event.process} ${event.tp}`;
        const wait = waiting.get(key);
        if (wait !== undefined && wait.assign.generation === event.generation) {
          waiting.delete(key);
          const candidates = live.get(`${event.group} ${event.tp}`) ?? [];
          judgeFirst(event, first.offset, wait, candidates, reached.get(key) ?? 0, view, report);
        }
        reached.set(key, Math.max(reached.get(key) ?? 0, last.offset + 1));
        break;
      }
      default:
    }
  }
}

interface Waiting {
  readonly assign: EventOf<'op.assign'>;
  readonly floor: Commit;
  /** Lowest offset that may have been in effect at the assignment. */
  readonly low: number;
}

function judgeFirst(event: EventOf<'op.poll'>, offset: number, { assign, floor, low }: Waiting, candidates: readonly Commit[], own: number, view: View, report: Report): void {
  const { group, tp } = { group: assign.group, tp: event.tp };
  const evidence = [floor.event.seq, floor.ackedSeq, assign.seq, event.seq];
  const begin = `the commit of offset ${floor.event.offset} of ${tp} by ${floor.event.process} was acknowledged`;
  if (offset < low && !candidates.some((commit) => commit.event.offset === offset)) {
    report.add(`${group} ${tp}`, {
      invariant: 'rewind-floor',
      blame: 'broker',
      summary: `${event.process} was assigned ${tp} after group ${group} had committed offset ${floor.event.offset}, but was started from ${offset}`,
      at: event.seq,
      evidence,
      because: [`${floor.event.process} committed offset ${floor.event.offset}`, `${begin} before ${event.process} was assigned the partition`, `However, the first record that ${event.process} was given is at ${offset}`],
    });
    return;
  }
  const high = Math.max(floor.event.offset, own, ...candidates.map((commit) => commit.event.offset));
  if (offset <= high) return;
  const missed = firstBetween([...(view.partitions.get(tp)?.seen.keys() ?? [])].sort((a, b) => a - b), high, offset);
  if (missed === undefined) return;
  report.add(`${group} ${tp}`, {
    invariant: 'commit-loss',
    blame: 'broker',
    summary: `${event.process} was assigned ${tp} when group ${group} had committed offset ${high}, but was started beyond it, from ${offset}, as if nothing had been committed`,
    at: event.seq,
    evidence,
    because: [`${floor.event.process} committed offset ${floor.event.offset}`, `${begin} before ${event.process} was assigned the partition`, `However, the first record that ${event.process} was given is at ${offset}, and the one at ${missed} was passed over`],
  });
}

function lowest(commits: readonly Commit[]): number {
  return commits.reduce((low, commit) => Math.min(low, commit.event.offset), Number.POSITIVE_INFINITY);
}
