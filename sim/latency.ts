/**
 * Latencies with a long right tail, drawn from a table of quantiles by straight lines: only + - * / and floor, so that
 * every machine draws the same microseconds (Math.log and friends promise no such thing).
 */
import type { Random } from '../runtime/index.ts';

/** [quantile, microseconds], both ascending; the first quantile is 0 and the last 1. */
export type LatencyTable = readonly (readonly [number, number])[];

export function drawLatencyUs(table: LatencyTable, random: Random): number {
  const q = random.float();
  let low = table[0] as readonly [number, number];
  for (let i = 1; i < table.length; i++) {
    const high = table[i] as readonly [number, number];
    if (q < high[0]) return Math.floor(low[1] + ((q - low[0]) / (high[0] - low[0])) * (high[1] - low[1]));
    low = high;
  }
  return low[1];
}

/** A table like a lognormal's with this median and 99th percentile. */
export function longTailed(p50Us: number, p99Us: number): LatencyTable {
  return [
    [0, p50Us * 0.5],
    [0.1, p50Us * 0.7],
    [0.5, p50Us],
    [0.9, p50Us + (p99Us - p50Us) * 0.4],
    [0.99, p99Us],
    [0.999, p99Us * 2],
    [1, p99Us * 3],
  ];
}
