/** What a group's application made of its records: none below the committed offset may go unprocessed. */
import type { Report } from './report.ts';
import { opKey, type EventOf, type View } from './view.ts';

export function judgeApplication(view: View, groups: readonly string[], report: Report): void {
  const groupOf = new Map<string, string>();
  const work = new Map<string, Work>();
  const commits = new Map<string, EventOf<'op.commit'>>();
  const commitOf = new Map<string, EventOf<'op.commit'>>();
  const workOf = (group: string, tp: string): Work => {
    const key = `${group} ${tp}`;
    const found = work.get(key) ?? { group, tp, delivered: new Map(), processed: new Set(), attempts: [], advances: [] };
    work.set(key, found);
    return found;
  };
  for (const event of view.history) {
    switch (event.kind) {
      case 'op.assign':
        groupOf.set(event.process, event.group);
        break;
      case 'op.poll': {
        if (event.group === null) break;
        groupOf.set(event.process, event.group);
        const { delivered } = workOf(event.group, event.tp);
        for (const { offset } of event.records) {
          const given = delivered.get(offset);
          if (given === undefined) delivered.set(offset, [event]);
          else if (given.every(({ process }) => process !== event.process)) given.push(event);
        }
        break;
      }
      case 'op.process': {
        const group = groupOf.get(event.process);
        if (group !== undefined) workOf(group, event.tp).processed.add(event.offset);
        break;
      }
      case 'op.commit':
        commits.set(opKey(event), event);
        commitOf.set(event.commitId, event);
        workOf(event.group, event.tp).attempts.push(event);
        break;
      case 'op.commit.fail': {
        const refused = commits.get(opKey(event));
        if (refused === undefined) break;
        const mine = workOf(refused.group, refused.tp);
        mine.attempts.splice(mine.attempts.indexOf(refused), 1);
        break;
      }
      // A commit counts once it is acknowledged, or once somebody was shown it.
      case 'op.fetch-committed.ok':
      case 'op.commit.ok': {
        const commit = event.kind === 'op.commit.ok' ? commits.get(opKey(event)) : commitOf.get(event.commitId ?? '');
        if (commit === undefined) break;
        const mine = workOf(commit.group, commit.tp);
        const furthest = mine.advances[mine.advances.length - 1];
        if (furthest === undefined || commit.offset > furthest.commit.offset) mine.advances.push({ commit, seq: event.seq });
        break;
      }
      default:
    }
  }
  for (const mine of work.values()) judgeGroup(mine, view, groups.includes(mine.group), report);
}

interface Work {
  readonly group: string;
  readonly tp: string;
  /** The first poll in which each process was given an offset. */
  readonly delivered: Map<number, EventOf<'op.poll'>[]>;
  readonly processed: Set<number>;
  /** Every commit that was not refused: one whose answer never came may count all the same. */
  readonly attempts: EventOf<'op.commit'>[];
  /** Commits known to be stored that went further than all before, so by ascending offset. */
  readonly advances: Advance[];
}

interface Advance {
  readonly commit: EventOf<'op.commit'>;
  readonly seq: number;
}

function judgeGroup({ group, tp, delivered, processed, attempts, advances }: Work, view: View, fromEarliest: boolean, report: Report): void {
  const committed = advances[advances.length - 1]?.commit.offset ?? 0;
  let start = fromEarliest ? 0 : Number.POSITIVE_INFINITY;
  if (!fromEarliest) for (const offset of delivered.keys()) start = Math.min(start, offset);
  for (const place of view.partitions.get(tp)?.seen.values() ?? []) {
    if (place.offset < start || place.offset >= committed || processed.has(place.offset)) continue;
    const advance = advances.find(({ commit }) => commit.offset > place.offset);
    if (advance === undefined) continue;
    // The commit that did it: the one known to be stored, or an earlier one of somebody who was given the record and never heard the answer.
    const polls = delivered.get(place.offset) ?? [];
    const holderOf = (by: EventOf<'op.commit'>): EventOf<'op.poll'> | undefined => polls.find((poll) => poll.process === by.process && poll.seq < by.seq);
    const commit = [advance.commit, ...attempts].find((by) => by.offset > place.offset && by.seq <= advance.commit.seq && holderOf(by) !== undefined) ?? advance.commit;
    const seq = commit === advance.commit ? advance.seq : commit.seq;
    const given = holderOf(commit);
    const skipped = `${commit.process} committed offset ${commit.offset} of ${tp} for group ${group}, but nobody ever processed ${place.value} at offset ${place.offset}`;
    report.add(`${group} ${tp}`, given === undefined
      ? {
          invariant: 'group-skip',
          blame: 'broker',
          summary: `${skipped}: it was never given to ${commit.process}`,
          at: Math.max(place.seq, seq),
          evidence: [place.seq, commit.seq, seq],
          because: [`${place.process} read ${place.value} at offset ${place.offset} of ${tp}, so it exists`, `However, the commit of offset ${commit.offset} says that group ${group} is beyond it, and ${commit.process} was never given it`],
        }
      : {
          invariant: 'group-skip',
          blame: 'application',
          summary: `${skipped}: it had committed before processing`,
          at: seq,
          evidence: [given.seq, commit.seq, advance.seq],
          because: [`${given.process} was given ${place.value}, and committed offset ${commit.offset}, beyond it`, `The group stands beyond it, so nobody will be given ${place.value} again. However, no member has processed it`],
        });
  }
}
