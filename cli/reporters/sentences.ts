/** Phrases that several reporters share. */
import type { Replay } from '../report.ts';
import { showDifference } from '../trace-diff.ts';

/** What running the failure again showed, when that is worth a line. */
export function replayLine(replay: Replay): string | null {
  switch (replay.kind) {
    case 'same':
    case 'none':
      return null;
    case 'differs': {
      const hashes = `nondeterminism: hash ${replay.sweepHash} in the sweep, ${replay.replayHash} when run again`;
      return replay.difference === null ? `${hashes}; two runs with a trace agree, so the trace itself or an earlier seed changes the run` : `${hashes}; ${showDifference(replay.difference)}`;
    }
  }
}

/** 1234567 -> 1,234,567, on every machine alike. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
