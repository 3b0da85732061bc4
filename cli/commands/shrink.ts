/** `wavetank shrink`: the smallest storm that still breaks the same promise, as a plan that `repro --plan` takes. */
import { reproCommand } from '../../visualizer/repro-command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { ensureWritable } from '../files.ts';
import type { AddCommand } from '../finish.ts';
import { parseSeed } from '../options.ts';
import { plural } from '../reporters/sentences.ts';
import { statusLine } from '../status-line.ts';

export const addShrink: AddCommand = (program, finish) => {
  program
    .command('shrink')
    .description('find the smallest fault plan with which a seed still fails in the same way')
    .argument('<scenario>', 'name, as wavetank list shows it')
    .requiredOption('--seed <n>', 'a seed that fails')
    .option('-o, --out <file>', 'the plan (default: SCENARIO-SEED.plan.json)')
    .action(async (name: string, options: { readonly seed: string; readonly out?: string }) => finish(await shrink(name, options)));
};

async function shrink(name: string, options: { readonly seed: string; readonly out?: string }): Promise<ExitCode> {
  const seed = parseSeed(options.seed);
  const [{ chooseScenario }, { writePlan }, { shrinkFailure }, { describeFault }] = await Promise.all([
    import('../scenario-choice.ts'),
    import('../plan-file.ts'),
    import('../../scenarios/shrink.ts'),
    import('../../faults/index.ts'),
  ]);
  const scenario = chooseScenario(name);
  const file = options.out ?? `${scenario.name}-${seed}.plan.json`;
  ensureWritable('the plan', file);

  const status = statusLine();
  status.show(`${scenario.name}, seed ${seed}: running it as it is`);
  const shrunk = await shrinkFailure(scenario, seed, ({ tries, plan, fails }) => status.show(`try ${tries}: ${plan.faults.length} faults, ${fails ? 'still fails' : 'holds'}`));
  status.clear();
  if (shrunk === undefined) {
    process.stdout.write(`${scenario.name}, seed ${seed}: every invariant held, there is nothing to shrink\n`);
    return exitCodes.held;
  }
  const { original, smallest, violation, tries } = shrunk;
  writePlan(file, smallest.plan);
  const lines = [
    `${scenario.name}, seed ${seed}: ${violation.invariant}: ${violation.summary}`,
    `${plural(original.plan.faults.length, 'fault')} at first, ${smallest.plan.faults.length} after ${plural(tries, 'run')}:`,
    ...smallest.plan.faults.map((fault) => `  ${(fault.atMs / 1000).toFixed(3)} s into the storm: ${describeFault(fault)}`),
    ...(smallest.plan.faults.length === 0 ? ['  none: it fails without any fault'] : []),
    `plan: ${file}`,
    `    ${reproCommand({ scenario: scenario.name, seed, planFile: file })}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.violated;
}
