/** The option values people type, turned into what they mean or into a complaint that shows how to write them. */
import { availableParallelism } from 'node:os';
import { usage } from './complaint.ts';

export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

export const seedMax = 0xffff_ffff;
/** More is better split into several runs, each with its report. */
export const seedsMax = 1_000_000;
const jobsMax = 256;
const shardsMax = 10_000;

/** `200` is 1..200; `1000..1999` is what it says. */
export function parseSeeds(text: string): SeedRange {
  const count = /^\d+$/.exec(text);
  const range = /^(\d+)\.\.(\d+)$/.exec(text);
  const first = count ? 1 : Number(range?.[1]);
  const last = count ? Number(text) : Number(range?.[2]);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
    throw usage(`--seeds ${quoted(text)} is not a seed range; write a count (200 is seeds 1 to 200) or first..last (1000..1999)`);
  }
  if (last > seedMax) throw usage(`--seeds ${quoted(text)} goes past the largest seed, ${seedMax}`);
  if (last < first) throw usage(count ? '--seeds 0 runs nothing; ask for at least 1' : `--seeds ${quoted(text)} ends before it starts; write the smaller seed first: ${last}..${first}`);
  if (last - first + 1 > seedsMax) throw usage(`--seeds ${quoted(text)} is ${last - first + 1} seeds, more than ${seedsMax} in one run; split it into several ranges`);
  return { first, last };
}

export function seedCount(seeds: SeedRange): number {
  return seeds.last - seeds.first + 1;
}

export function showSeeds(seeds: SeedRange): string {
  return seeds.first === seeds.last ? `seed ${seeds.first}` : `seeds ${seeds.first}..${seeds.last}`;
}

export function parseSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(seed <= seedMax)) throw usage(`--seed ${quoted(text)} is not a seed; write one whole number from 0 to ${seedMax}`);
  return seed;
}

export function parseJobs(text: string): number {
  const jobs = /^\d+$/.test(text) ? Number(text) : 0;
  if (jobs < 1 || jobs > jobsMax) throw usage(`--jobs ${quoted(text)} is not a number of processes; write 1 to ${jobsMax} (this machine has ${defaultJobs()} cores)`);
  return jobs;
}

export function defaultJobs(): number {
  return Math.min(availableParallelism(), jobsMax);
}

/** `2/5`: the second of five parts. */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const shard = { index: Number(match?.[1]), of: Number(match?.[2]) };
  if (!(shard.of >= 1 && shard.of <= shardsMax && shard.index >= 1 && shard.index <= shard.of)) {
    throw usage(`--shard ${quoted(text)} is not a part; write part/parts with the part counted from 1, such as 2/5 (at most ${shardsMax} parts)`);
  }
  return shard;
}

/** The tasks of one part, out of `count`, as indexes in ascending order. The parts are disjoint and together everything. */
export function shardIndexes(count: number, shard: Shard): readonly number[] {
  const indexes: number[] = [];
  for (let index = shard.index - 1; index < count; index += shard.of) indexes.push(index);
  return indexes;
}

export const reporterNames = ['text', 'json', 'junit', 'github'] as const;
export type ReporterName = (typeof reporterNames)[number];

export function parseReporter(text: string): ReporterName {
  const name = reporterNames.find((known) => known === text);
  if (name === undefined) throw usage(`--reporter ${quoted(text)} does not exist; choose one of ${reporterNames.join(', ')}`);
  return name;
}

/** `127.0.0.1:9092`, `[::1]:9092`, `:9092` for every interface. Port 0 picks a free one. */
export function parseAddress(option: string, text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw usage(`${option} ${quoted(text)} is not an address; write HOST:PORT, such as 127.0.0.1:9092`);
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

export function parseWhole(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) throw usage(`${option} ${quoted(text)} is not valid; write a whole number from ${min} to ${max}`);
  return value;
}

export function quoted(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(short);
}
