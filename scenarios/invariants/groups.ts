/** The group's promises: who owns what, and committed offsets as a register that only the present generation may write. */
import type { TraceEvent } from '../../runtime/index.ts';
import { Committed, isOver, type Commit } from './committed.ts';
import { judgeResume } from './resume.ts';
import type { Report } from './report.ts';
import { by, opKey, type EventOf, type View } from './view.ts';

export function judgeGroups(view: View, whiteBox: readonly TraceEvent[], report: Report): void {
  const committed = new Committed();
  const owners = new Map<string, EventOf<'op.assign'>>();
  const established = new Map<string, EventOf<'op.assign'>>();
  const assigned = new Map<string, ReadonlySet<string>>();
  const reached = new Map<string, number>();
  const farthest = new Map<string, number>();
  const questions = new Map<string, { event: EventOf<'op.fetch-committed'>; floor: Commit | undefined }>();
  const newest = new Map<Commit, EventOf<'op.assign'>>();

  for (const event of view.history) {
    switch (event.kind) {
      case 'op.assign': {
        judgeOwners(event, owners, report);
        assigned.set(`${event.process} ${event.group} ${event.generation}`, new Set(event.tps));
        const known = established.get(event.group);
        if (known === undefined || event.generation > known.generation) established.set(event.group, event);
        break;
      }
      case 'op.poll': {
        const last = event.records[event.records.length - 1];
        const key = `${event.process} ${event.tp}`;
        if (last !== undefined) reached.set(key, Math.max(reached.get(key) ?? 0, last.offset + 1));
        break;
      }
      case 'op.commit': {
        const commit = committed.invoke(event);
        const current = established.get(event.group);
        if (current !== undefined && event.generation >= 0 && event.generation < current.generation) newest.set(commit, current);
        commit.unassigned = assigned.get(`${event.process} ${event.group} ${event.generation}`)?.has(event.tp) === false;
        const read = reached.get(`${event.process} ${event.tp}`);
        const before = farthest.get(`${event.group} ${event.tp}`) ?? 0;
        // Libraries also commit again what they found committed, whoever did that.
        if (read !== undefined) commit.reached = Math.max(read, before);
        farthest.set(`${event.group} ${event.tp}`, Math.max(event.offset, before));
        break;
      }
      case 'op.commit.ok': {
        const commit = committed.acknowledge(event);
        if (commit === undefined) break;
        const current = newest.get(commit);
        if (current !== undefined) judgeZombie(commit, current, whiteBox, report);
        judgeSanity(commit, report);
        break;
      }
      case 'op.fetch-committed':
        questions.set(opKey(event), { event, floor: committed.latest(event.group, event.tp) });
        break;
      case 'op.fetch-committed.ok': {
        const question = questions.get(opKey(event));
        if (question !== undefined) judgeAnswer(question.event, event, question.floor, committed, report);
        break;
      }
      default:
    }
  }
  judgeResume(view, report);
}

function judgeOwners(event: EventOf<'op.assign'>, owners: Map<string, EventOf<'op.assign'>>, report: Report): void {
  for (const tp of event.tps) {
    const key = `${event.group} ${event.generation} ${tp}`;
    const other = owners.get(key);
    if (other === undefined) owners.set(key, event);
    else if (other.member !== event.member) {
      report.add(`${event.group} ${tp}`, {
        invariant: 'exclusive-owner',
        blame: 'broker',
        summary: `generation ${event.generation} of group ${event.group} gave ${tp} to both ${other.process} and ${event.process}`,
        at: event.seq,
        evidence: [other.seq, event.seq],
        because: [`${other.process} was assigned ${tp} in generation ${event.generation}. However, ${event.process} was assigned it in the same generation`],
      });
    }
  }
}

/** `current` had been told its generation before the commit was even asked for. */
function judgeZombie({ event, ackedSeq }: Commit, current: EventOf<'op.assign'>, whiteBox: readonly TraceEvent[], report: Report): void {
  const seen = whiteBox.find(({ kind, args }) => kind === 'group.state' && args['group'] === event.group && Number(args['generation']) > event.generation);
  report.add(event.group, {
    invariant: 'zombie-commit',
    blame: 'broker',
    summary: `${event.process} committed offset ${event.offset} of ${event.tp} in generation ${event.generation} of group ${event.group}, after ${current.process} had been assigned its partitions in generation ${current.generation}`,
    at: ackedSeq,
    evidence: [current.seq, event.seq, ackedSeq, ...(seen === undefined ? [] : [seen.seq])],
    because: [
      `${current.process} was in generation ${current.generation} of group ${event.group} before ${event.process} asked to commit in generation ${event.generation}`,
      `A commit of a past generation must be refused. However, it was acknowledged`,
    ],
  });
}

function judgeSanity({ event, ackedSeq, unassigned, reached }: Commit, report: Report): void {
  if (unassigned) {
    report.add(`${event.group} ${event.tp}`, {
      invariant: 'commit-sanity',
      blame: 'client',
      summary: `${event.process} committed ${event.tp}, which it was not assigned in generation ${event.generation} of group ${event.group} (kafkajs#1046)`,
      at: ackedSeq,
      evidence: [event.seq, ackedSeq],
      because: [`${event.process} committed an offset of a partition that belonged to another member`],
    });
  } else if (reached !== undefined && event.offset > reached) {
    report.add(`${event.group} ${event.tp}`, {
      invariant: 'commit-sanity',
      blame: 'client',
      summary: `${event.process} committed offset ${event.offset} of ${event.tp}, but neither it nor the group had got beyond ${reached}`,
      at: ackedSeq,
      evidence: [event.seq, ackedSeq],
      because: [`${event.process} had been given only records below offset ${reached}, and the group had committed none beyond. However, it committed ${event.offset}`],
    });
  }
}

/** `floor`: the last commit that had been acknowledged when the question was asked. */
function judgeAnswer(question: EventOf<'op.fetch-committed'>, answer: EventOf<'op.fetch-committed.ok'>, floor: Commit | undefined, committed: Committed, report: Report): void {
  const { group, tp } = question;
  const about = `${group} ${tp}`;
  if (answer.offset < 0) {
    if (floor === undefined) return;
    report.add(about, {
      invariant: 'commit-loss',
      blame: 'broker',
      summary: `${answer.process} was told${by(question)} that group ${group} has committed nothing of ${tp}, but the commit of offset ${floor.event.offset} by ${floor.event.process} had been acknowledged`,
      at: answer.seq,
      evidence: [floor.event.seq, floor.ackedSeq, question.seq, answer.seq],
      because: [`${floor.event.process} committed offset ${floor.event.offset} of ${tp}`, `It was acknowledged before ${question.process} asked`, `However, the answer${by(question)} was that there is no committed offset`],
    });
    return;
  }
  if (answer.commitId === null || answer.commitId === '') return;
  const read = committed.byId(answer.commitId);
  if (read === undefined || read.event.tp !== tp || read.event.group !== group || read.event.offset !== answer.offset) {
    report.add(about, {
      invariant: 'commit-sanity',
      blame: 'broker',
      summary: read === undefined ? `${answer.process} was given a commit ${answer.commitId} of ${tp} that nobody made` : `${answer.process} was given offset ${answer.offset} of ${tp} under commit ${answer.commitId}, which committed ${read.event.offset} of ${read.event.tp} for ${read.event.group}`,
      at: answer.seq,
      evidence: read === undefined ? [answer.seq] : [read.event.seq, answer.seq],
      because: ['a committed offset is returned as it was committed'],
    });
    return;
  }
  if (floor === undefined || !isOver(read, floor)) return;
  report.add(about, {
    invariant: 'stale-commit',
    blame: 'broker',
    summary: `${answer.process} was told${by(question)} that group ${group} has committed offset ${read.event.offset} of ${tp}, but the later commit of ${floor.event.offset} by ${floor.event.process} had been acknowledged`,
    at: answer.seq,
    evidence: [read.event.seq, floor.event.seq, floor.ackedSeq, question.seq, answer.seq],
    because: [
      `the commit of offset ${read.event.offset} by ${read.event.process} was over, or of a past generation, when ${floor.event.process} committed ${floor.event.offset}`,
      `${floor.event.process} committed offset ${floor.event.offset} of ${tp}, and was told so`,
      `Only then ${question.process} asked`,
      `However, the answer${by(question)} was the older offset ${read.event.offset}`,
    ],
  });
}
