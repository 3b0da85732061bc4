/** `wavetank repro`: one seed again, with everything that can be known about it. */
import { usage } from '../complaint.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { ensureWritable, sameFile, writeTextFile } from '../files.ts';
import type { AddCommand } from '../finish.ts';
import { parseSeed } from '../options.ts';

interface ReproOptions {
  readonly seed: string;
  readonly plan?: string;
  readonly trace?: string;
  readonly html?: string;
}

export const addRepro: AddCommand = (program, finish) => {
  program
    .command('repro')
    .description('run one seed again and explain what happened')
    .argument('<scenario>', 'name, as wavetank list shows it')
    .requiredOption('--seed <n>', 'the seed')
    .option('--plan <file>', 'faults from this file (as shrink writes it) instead of those of the seed')
    .option('--trace <file>', 'write the trace')
    .option('--html <file>', 'write the viewer page')
    .action(async (name: string, options: ReproOptions) => finish(await repro(name, options)));
};

async function repro(name: string, options: ReproOptions): Promise<ExitCode> {
  const seed = parseSeed(options.seed);
  const [{ chooseScenario }, { readPlan }, { runSeed }, { explainRun }] = await Promise.all([import('../scenario-choice.ts'), import('../plan-file.ts'), import('../run-seed.ts'), import('../explain.ts')]);
  const scenario = chooseScenario(name);
  const given = options.plan === undefined ? undefined : readPlan(options.plan, scenario);
  checkOutputs(options);

  const run = await runSeed(scenario.name, seed, { keepTrace: true, ...(given ? { given } : {}) });
  process.stdout.write(explainRun(run));
  if (options.trace !== undefined) {
    writeTextFile('the trace', options.trace, run.trace);
    process.stdout.write(`trace: ${options.trace}\n`);
  }
  if (options.html !== undefined) {
    const { renderTrace } = await import('../../visualizer/index.ts');
    writeTextFile('the page', options.html, renderTrace(run.trace));
    process.stdout.write(`page: ${options.html}\n`);
  }
  return run.result.verdict === 'held' ? exitCodes.held : exitCodes.violated;
}

function checkOutputs({ plan, trace, html }: ReproOptions): void {
  if (trace !== undefined) ensureWritable('the trace', trace);
  if (html !== undefined) ensureWritable('the page', html);
  for (const [option, path] of [['--trace', trace], ['--html', html]] as const) {
    if (path !== undefined && plan !== undefined && sameFile(path, plan)) throw usage(`${option} ${path} would replace the plan; choose another name`);
  }
  if (trace !== undefined && (trace === html || (html !== undefined && sameFile(trace, html)))) throw usage(`--trace and --html both name ${trace}; choose two names`);
}
