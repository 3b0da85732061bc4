/** `wavetank list`: what there is to run, and what it puts a cluster through. */
import pc from 'picocolors';
import { exitCodes } from '../exit-codes.ts';
import type { AddCommand } from '../finish.ts';

export const addList: AddCommand = (program, finish) => {
  program
    .command('list')
    .description('the scenarios: hazard, faults, invariants')
    .action(async () => {
      process.stdout.write(await list());
      finish(exitCodes.held);
    });
};

async function list(): Promise<string> {
  const { scenarios, invariants } = await import('../../scenarios/index.ts');
  const { faultKinds, faultTypes } = await import('../../faults/index.ts');
  const parts = scenarios.map((scenario) =>
    [
      `${pc.bold(scenario.name)}${scenario.inDefaultRun ? '' : pc.dim(' (only when named)')}`,
      `  ${scenario.hazard}`,
      `  ${pc.dim('faults')}  ${scenario.faults.length === 0 ? 'none' : `${scenario.minFaults} to ${scenario.maxFaults} of ${scenario.faults.length === faultKinds.length ? 'all of them' : scenario.faults.join(', ')}`}`,
    ].join('\n'),
  );
  const kinds = Object.values(faultTypes).map(({ kind, summary }) => `  ${kind.padEnd(20)} ${summary}`);
  const promises = invariants.map(({ name, promise }) => `  ${name.padEnd(28)} ${promise}`);
  return `${parts.join('\n\n')}\n\n${pc.bold('Faults')}\n${kinds.join('\n')}\n\n${pc.bold('Invariants')} ${pc.dim('(judged in every scenario)')}\n${promises.join('\n')}\n`;
}
