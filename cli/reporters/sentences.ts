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
      if (replay.difference !== null) return `${hashes}; ${showDifference(replay.difference)}`;
      const suspects = { 'earlier-seed': 'alone the seed always runs the same, so something an earlier seed left in the process changes it', trace: 'two runs with a trace agree, so keeping the trace changes the run' };
      return `${hashes}; ${suspects[replay.suspect]}`;
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
