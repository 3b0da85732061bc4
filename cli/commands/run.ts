/** `wavetank run`: many seeds, one verdict. */
import { join } from 'node:path';
import { usage } from '../complaint.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { AddCommand } from '../finish.ts';
import { ensureDirectory, writeTextFile } from '../files.ts';
import { defaultJobs, parseJobs, parseReporter, parseSeeds, parseShard, type ReporterName } from '../options.ts';
import { startProgress, type Progress } from '../progress.ts';
import type { SweepReport } from '../report.ts';

/** So many that the default run of all scenarios stays under three minutes on two cores. */
export const defaultSeeds = '25';

interface RunOptions {
  readonly seeds: string;
  readonly jobs?: string;
  readonly shard?: string;
  readonly out?: string;
  readonly reporter: string;
}

export const addRun: AddCommand = (program, finish) => {
  program
    .command('run')
    .description('run scenarios over many seeds; without names, all of the default run')
    .argument('[scenario...]', 'names, as wavetank list shows them')
    .option('--seeds <range>', 'how many (200: seeds 1 to 200) or which (1000..1999)', defaultSeeds)
    .option('--jobs <n>', `processes at a time (default: ${defaultJobs()}, the cores of this machine)`)
    .option('--shard <i/n>', 'run only part i of n of the work')
    .option('--out <dir>', 'write report.json, junit.xml, and trace and viewer page of each failure')
    .option('--reporter <name>', 'text, json, junit or github', 'text')
    .action(async (names: string[], options: RunOptions) => finish(await run(names, options)));
};

async function run(names: readonly string[], options: RunOptions): Promise<ExitCode> {
  const seeds = parseSeeds(options.seeds);
  const jobs = options.jobs === undefined ? defaultJobs() : parseJobs(options.jobs);
  const shard = options.shard === undefined ? null : parseShard(options.shard);
  const reporter = parseReporter(options.reporter);
  const out = options.out ?? null;
  if (out === '') throw usage('--out names no directory; leave it out, or write the name of one');
  const [{ chooseScenarios }, { sweep }] = await Promise.all([import('../scenario-choice.ts'), import('../sweep.ts')]);
  const scenarios = chooseScenarios(names);
  if (out !== null) ensureDirectory('the --out directory', out);

  let progress: Progress | undefined;
  try {
    const found = await sweep({
      scenarios,
      seeds,
      shard,
      jobs,
      out,
      onProgress: ({ done, total, failed }) => {
        progress ??= startProgress(total);
        progress.update(done, failed > 0 ? `seeds, ${failed} failed` : 'seeds');
      },
    });
    progress?.stop();
    return await report(found, reporter, out);
  } finally {
    progress?.stop();
  }
}

async function report(found: SweepReport, reporter: ReporterName, out: string | null): Promise<ExitCode> {
  const { reporters } = await import('../reporters/index.ts');
  if (out !== null) {
    writeTextFile('the report', join(out, 'report.json'), reporters.json(found));
    writeTextFile('the report', join(out, 'junit.xml'), reporters.junit(found));
  }
  process.stdout.write(reporters[reporter](found));
  return found.exitCode;
}
