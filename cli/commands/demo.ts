/** `wavetank demo`: a payment is lost, found, explained, and can be looked at; in under a minute. */
import pc from 'picocolors';
import { reproCommand } from '../../visualizer/repro-command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { ensureWritable, writeTextFile } from '../files.ts';
import type { AddCommand } from '../finish.ts';
import { statusLine } from '../status-line.ts';

const defaultPage = 'wavetank-demo.html';

export const addDemo: AddCommand = (program, finish) => {
  program
    .command('demo')
    .description('see what a finding looks like: a payment lost, shrunk to its cause and explained')
    .option('-o, --out <file>', 'the viewer page', defaultPage)
    .action(async ({ out }: { readonly out: string }) => finish(await demo(out)));
};

/** The demo succeeds when it finds the bug: that is what it shows. */
async function demo(page: string): Promise<ExitCode> {
  ensureWritable('the page', page);
  ensureWritable('the plan', planName(page));
  const [{ writePlan }, { runDemo }, { traceText }, { renderTrace }] = await Promise.all([import('../plan-file.ts'), import('../../scenarios/demo.ts'), import('../trace-text.ts'), import('../../visualizer/index.ts')]);
  process.stdout.write('A payment service reads from Kafka while brokers and consumers are killed. Looking for a seed at which a payment is lost ...\n');
  const status = statusLine();
  const found = await runDemo((what) => status.show(what));
  status.clear();
  if (found === undefined) {
    process.stdout.write('No seed lost a payment. That is not what this demo expects: please report it.\n');
    return exitCodes.world;
  }
  // Its last part names the seed alone, which brings the whole storm; below is the command for the small one.
  for (const { heading, lines } of found.story.slice(0, -1)) process.stdout.write(`\n${pc.bold(heading)}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  const plan = planName(page);
  writeTextFile('the page', page, renderTrace(traceText(found.result, found.events.map((event) => JSON.stringify(event)), plan)));
  writePlan(plan, found.shrunk.smallest.plan);
  const again = [reproCommand({ scenario: 'payments', seed: found.seed, planFile: plan }), `the whole storm: ${reproCommand({ scenario: 'payments', seed: found.seed })}`];
  process.stdout.write(`\n${pc.bold('The same run again, byte for byte')}\n${again.map((line) => `  ${line}\n`).join('')}`);
  process.stdout.write(`\n${pc.bold('Look at it')}\n  ${page}  (open it in a browser; it needs no server)\n`);
  return exitCodes.held;
}

function planName(page: string): string {
  return `${page.replace(/\.html?$/, '')}.plan.json`;
}
