/**
 * Interesting things and how often they happened. A storm in which no leader ever moved shows little about leaders: over
 * many seeds every one of these should have happened in some run.
 */
import type { HistoryEvent } from '../runtime/index.ts';
import type { WhiteBox } from './white-box.ts';

export function sometimes(history: readonly HistoryEvent[], whiteBox: WhiteBox): Record<string, number> {
  const seen = tally(history);
  return {
    'leader moved': leadersMoved(whiteBox),
    'broker recovered after another': whiteBox.count('recovery.sealed'),
    'broker ended itself': whiteBox.count('exit'),
    'store write ended unknown': whiteBox.count('put unknown'),
    'store write answered with a conflict': whiteBox.count('put conflict'),
    'controller elected': whiteBox.count('controller.elected'),
    'group rebalanced': generations(history),
    'member lost its assignment': seen('op.revoke'),
    'commit refused': seen('op.commit.fail'),
    'commit ended unknown': seen('op.commit.unknown'),
    'send refused': seen('op.send.fail'),
    'send ended unknown': seen('op.send.unknown'),
    'repetition recognised': whiteBox.count('partition.duplicate'),
    'cold read served': whiteBox.count('partition.cold-read'),
    'member of a past generation refused': zombies(whiteBox),
    'client gave up': seen('op.crash'),
  };
}

/** How many records were sent, acknowledged and read, for the report. */
export function workCounters(history: readonly HistoryEvent[]): Record<string, number> {
  const counters = { recordsSent: 0, recordsAcked: 0, recordsProcessed: 0, recordsDrained: 0, operations: 0 };
  const sizes = new Map<number, number>();
  for (const event of history) {
    switch (event.kind) {
      case 'op.send':
        sizes.set(event.op, event.values.length);
        counters.recordsSent += event.values.length;
        counters.operations += 1;
        break;
      case 'op.send.ok':
        counters.recordsAcked += sizes.get(event.op) ?? 0;
        break;
      case 'op.process':
        counters.recordsProcessed += 1;
        break;
      case 'op.poll':
        if (event.group === null) counters.recordsDrained += event.records.length;
        counters.operations += 1;
        break;
      case 'op.commit':
      case 'op.fetch-committed':
      case 'op.list-offsets':
      case 'op.fetch':
      case 'op.init-producer':
        counters.operations += 1;
        break;
      default:
    }
  }
  return counters;
}

function tally(history: readonly HistoryEvent[]): (kind: HistoryEvent['kind']) => number {
  const counts = new Map<string, number>();
  for (const { kind } of history) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return (kind) => counts.get(kind) ?? 0;
}

/** Openings of a partition beyond its first. */
function leadersMoved(whiteBox: WhiteBox): number {
  const opened = new Set<unknown>();
  let again = 0;
  for (const { kind, args } of whiteBox.events) {
    if (kind !== 'partition.open') continue;
    if (opened.has(args['tp'])) again += 1;
    else opened.add(args['tp']);
  }
  return again;
}

function zombies(whiteBox: WhiteBox): number {
  return whiteBox.events.filter(({ kind, args }) => kind === 'group.refused' && ZOMBIE_ERRORS.has(args['error'])).length;
}

const ZOMBIE_ERRORS: ReadonlySet<unknown> = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** Generations of the group beyond its first. */
function generations(history: readonly HistoryEvent[]): number {
  const seen = new Set<number>();
  for (const event of history) if (event.kind === 'op.assign') seen.add(event.generation);
  return Math.max(0, seen.size - 1);
}
