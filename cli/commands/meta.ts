/**
 * `wavetank meta`: is a seed really all there is? Each scenario runs twice, in processes that differ in whatever a
 * machine may differ in, and the two traces must be the same byte for byte.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts';
import { scratchDirectory } from '../files.ts';
import type { AddCommand } from '../finish.ts';
import type { Task } from '../messages.ts';
import { defaultJobs, parseJobs, parseSeeds } from '../options.ts';
import { runPool } from '../pool.ts';
import { diffTraceFiles, showDifference } from '../trace-diff.ts';
import type { Environment, Outcome } from '../worker-process.ts';

/** Time zone, locale, hash seeds of V8 and the pace of its garbage collector: none may show. */
const environments: readonly [Environment, Environment] = [
  { env: { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' }, execArgv: ['--hash-seed=1', '--random-seed=1'] },
  { env: { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }, execArgv: ['--hash-seed=7919', '--random-seed=7919', '--max-semi-space-size=2'] },
];

interface MetaOptions {
  readonly seeds: string;
  readonly jobs?: string;
}

export const addMeta: AddCommand = (program, finish) => {
  program
    .command('meta')
    .description('run each seed twice, in different surroundings, and compare the traces')
    .argument('[scenario...]', 'names, as wavetank list shows them')
    .option('--seeds <range>', 'how many or which, as in run', '2')
    .option('--jobs <n>', 'processes at a time (default: the cores of this machine)')
    .action(async (names: string[], options: MetaOptions) => finish(await meta(names, options)));
};

async function meta(names: readonly string[], options: MetaOptions): Promise<ExitCode> {
  const seeds = parseSeeds(options.seeds);
  const jobs = options.jobs === undefined ? defaultJobs() : parseJobs(options.jobs);
  const [{ chooseScenarios }, { sweepTasks }] = await Promise.all([import('../scenario-choice.ts'), import('../sweep-tasks.ts')]);
  const tasks = sweepTasks(chooseScenarios(names).map(({ name }) => name), seeds, null);
  const scratch = scratchDirectory('wavetank-meta-');
  try {
    // Task 2k and 2k+1 are the two runs of one seed.
    const twice = tasks.flatMap((task, index) => ['a', 'b'].map((run) => ({ ...task, traceFile: join(scratch.path, `${index}.${run}`) })));
    const outcomes: Outcome[] = [];
    const codes: ExitCode[] = [];
    await runPool(twice, {
      jobs,
      fresh: true,
      environment: (index) => environments[(index % 2) as 0 | 1],
      onOutcome: (index, outcome) => {
        outcomes[index] = outcome;
        const pair = index - (index % 2);
        const [a, b] = [outcomes[pair], outcomes[pair + 1]];
        if (a && b) codes.push(compare(twice.slice(pair, pair + 2) as [Required<Task>, Required<Task>], a, b));
      },
    });
    const code = worst(codes);
    if (code === exitCodes.held) process.stdout.write(`${tasks.length} of ${tasks.length} seeds ran the same twice\n`);
    return code;
  } finally {
    scratch.remove();
  }
}

function compare([first, second]: readonly [Required<Task>, Required<Task>], a: Outcome, b: Outcome): ExitCode {
  const name = `${first.scenario}, seed ${first.seed}`;
  for (const outcome of [a, b]) {
    if (outcome.kind === 'done') continue;
    process.stdout.write(`✗ ${name}: no verdict: ${outcome.kind === 'threw' ? outcome.message : outcome.reason}\n`);
    return exitCodes.world;
  }
  const difference = diffTraceFiles(first.traceFile, second.traceFile);
  rmSync(first.traceFile);
  rmSync(second.traceFile);
  if (difference === null && a.kind === 'done') {
    process.stdout.write(`✓ ${name}: ${a.result.hash}, ${a.result.events} events, twice\n`);
    return exitCodes.held;
  }
  process.stdout.write(`✗ ${name}: nondeterminism: ${difference ? showDifference(difference) : ''}\n`);
  return exitCodes.nondeterminism;
}
