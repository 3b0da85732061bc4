/** The heart of `wavetank run`: seeds over worker processes, every failure run again, one report whatever the number of jobs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenarios/index.ts';
import { oneLine } from './complaint.ts';
import { scratchDirectory } from './files.ts';
import type { Task } from './messages.ts';
import type { SeedRange, Shard } from './options.ts';
import { runPool } from './pool.ts';
import { exitCodeOf, gapSeedsMin, gapsOf, type Failure, type Replay, type RunLine, type SweepReport } from './report.ts';
import { sweepTasks } from './sweep-tasks.ts';
import { Tally } from './tally.ts';
import { diffTraceFiles } from './trace-diff.ts';
import { readVersion } from './version.ts';
import type { Outcome } from './worker-process.ts';

export interface SweepOptions {
  readonly scenarios: readonly Scenario[];
  readonly seeds: SeedRange;
  readonly shard: Shard | null;
  readonly jobs: number;
  /** Where the traces of failures stay; without it they are thrown away once compared. */
  readonly out: string | null;
  /** For tests: what the worker processes run. */
  readonly workerScript?: string;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly failed: number }) => void;
}

/** A sweep in which everything fails should end; its first failures tell as much as all of them. */
export const replaysMax = 20;

export async function sweep(options: SweepOptions): Promise<SweepReport> {
  if (options.out !== null) return await sweepInto(options.out, options);
  // Before the first seed: a place that cannot be written should not be noticed after the last one.
  const scratch = scratchDirectory('wavetank-');
  try {
    return await sweepInto(scratch.path, options);
  } finally {
    scratch.remove();
  }
}

/** `traces`: where those of failures go. */
async function sweepInto(traces: string, options: SweepOptions): Promise<SweepReport> {
  const startedAt = performance.now();
  const tasks = sweepTasks(options.scenarios.map(({ name }) => name), options.seeds, options.shard);
  const tally = new Tally(options.scenarios.map(({ name }) => name), [...new Set(options.scenarios.flatMap(({ faults }) => faults))]);
  const runs: RunLine[] = [];
  const failed: { index: number; outcome: Outcome }[] = [];

  options.onProgress?.({ done: 0, total: tasks.length, failed: 0 });
  await runPool(tasks, {
    ...workerScript(options),
    jobs: options.jobs,
    interrupted: () => failuresSoFar(failed.map(({ index }) => tasks[index] as Task)),
    onOutcome: (index, outcome) => {
      const { scenario, seed } = tasks[index] as Task;
      if (outcome.kind === 'done') {
        tally.add(outcome.result);
        runs[index] = { scenario, seed, outcome: outcome.result.verdict, wallMs: outcome.result.wallMs, hash: outcome.result.hash };
      } else {
        tally.addBroken(scenario);
        runs[index] = { scenario, seed, outcome: 'broken', wallMs: 0, hash: '' };
      }
      if (outcome.kind !== 'done' || outcome.result.verdict === 'violated') failed.push({ index, outcome });
      options.onProgress?.({ done: tally.scenarios.reduce((sum, { seeds }) => sum + seeds, 0), total: tasks.length, failed: failed.length });
    },
  });

  failed.sort((a, b) => a.index - b.index);
  const replays = await replayFailures(failed.map(({ index, outcome }) => ({ task: tasks[index] as Task, outcome })), traces, options);
  const failures = failed.map(({ index, outcome }, at) => failureOf(tasks[index] as Task, outcome, replays[at] ?? { replay: { kind: 'none' }, files: {} }));
  const gaps = gapsOf(tally.faults);
  const gapsFail = gaps.length > 0 && tally.scenarios.every(({ seeds }) => seeds >= gapSeedsMin);
  return {
    version: readVersion(),
    seeds: options.seeds,
    shard: options.shard,
    jobs: options.jobs,
    elapsedMs: Math.round(performance.now() - startedAt),
    scenarios: tally.scenarios,
    faults: tally.faults,
    sometimes: tally.sometimes,
    runs,
    failures,
    gaps,
    gapsFail,
    exitCode: exitCodeOf(failures, gapsFail),
  };
}

interface Replayed {
  readonly replay: Replay;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs each failure again with its trace kept, in a process of its own, and compares the hashes. */
async function replayFailures(failed: readonly { readonly task: Task; readonly outcome: Outcome }[], traces: string, options: SweepOptions): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  const again = failed.slice(0, replaysMax).map(({ task }) => replayTask(task, traces, options.out !== null));
  await runPool(again, {
    ...workerScript(options),
    jobs: options.jobs,
    fresh: true,
    onOutcome: async (index, outcome) => {
      const task = again[index] as ReplayTask;
      const first = failed[index]?.outcome;
      const files = outcome.kind === 'done' && options.out !== null ? { trace: task.traceFile, ...(task.pageFile === undefined ? {} : { page: task.pageFile }) } : {};
      const comparable = first?.kind === 'done' && outcome.kind === 'done';
      replayed[index] = { replay: comparable ? await compareReplay(task, first.result.hash, outcome.result.hash, options) : { kind: 'none' }, files };
    },
  });
  return replayed;
}

type ReplayTask = Task & { readonly traceFile: string };

function replayTask({ scenario, seed }: Task, traces: string, withPage: boolean): ReplayTask {
  const name = join(traces, `${scenario}-${seed}`);
  return { scenario, seed, traceFile: `${name}.trace.jsonl`, ...(withPage ? { pageFile: `${name}.html` } : {}) };
}

/** Where the hash differs, a second trace shows which event does; where two traces agree, the trace or an earlier seed is to blame. */
async function compareReplay(task: ReplayTask, sweepHash: string, replayHash: string, options: SweepOptions): Promise<Replay> {
  if (sweepHash === replayHash) return { kind: 'same' };
  const second = `${task.traceFile.replace(/\.trace\.jsonl$/, '')}.again.trace.jsonl`;
  const outcomes: Outcome[] = [];
  const bare = { scenario: task.scenario, seed: task.seed };
  await runPool([{ ...bare, traceFile: second }, bare], { ...workerScript(options), jobs: 1, fresh: true, onOutcome: (index, outcome) => void (outcomes[index] = outcome) });
  const traceless = outcomes[1];
  return {
    kind: 'differs',
    sweepHash,
    replayHash,
    difference: existsSync(second) ? diffTraceFiles(task.traceFile, second) : null,
    suspect: traceless?.kind === 'done' && traceless.result.hash === replayHash ? 'earlier-seed' : 'trace',
  };
}

/** What somebody who would not wait for the report should know all the same. */
function failuresSoFar(failed: readonly Task[]): string {
  if (failed.length === 0) return 'none had failed';
  const shown = failed.slice(0, replaysMax).map(({ scenario, seed }) => `${scenario} seed ${seed}`);
  return `${failed.length} had failed: ${shown.join(', ')}${failed.length > shown.length ? ', ...' : ''}`;
}

function workerScript({ workerScript: script }: SweepOptions): { readonly script?: string } {
  return script === undefined ? {} : { script };
}

function failureOf({ scenario, seed }: Task, outcome: Outcome, { replay, files }: Replayed): Failure {
  if (outcome.kind === 'done') {
    const { violations } = outcome.result;
    const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
    const first = violations[0];
    return { scenario, seed, kind: 'violated', sentence: first ? oneLine(`${first.invariant}: ${first.summary}${more}`) : 'violated, with no violation named', violations, stack: null, replay, files };
  }
  const sentence = oneLine(outcome.kind === 'threw' ? `the run broke: ${outcome.message}` : `no verdict: ${outcome.reason}`);
  return { scenario, seed, kind: 'broken', sentence, violations: [], stack: outcome.kind === 'threw' ? outcome.stack : null, replay, files };
}
