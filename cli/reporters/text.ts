/** The report as people read it: a table of scenarios, what the faults did, then each failure with the command that replays it. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { showSeeds } from '../options.ts';
import { gapSeedsMin, type Failure, type SweepReport } from '../report.ts';
import { reproCommand } from '../../visualizer/repro-command.ts';
import { showVersion } from '../version.ts';
import { grouped, plural, replayLine } from './sentences.ts';

/** More only scroll the first ones away; the other reporters list all. */
const failuresShownMax = 20;

export function renderText(report: SweepReport): string {
  return `${[heading(report), scenarioTable(report), faultTable(report), sometimesTable(report), ...failureLines(report), ...gapLines(report), conclusion(report)].filter((part) => part !== '').join('\n')}\n`;
}

function heading(report: SweepReport): string {
  const part = report.shard ? `, part ${report.shard.index} of ${report.shard.of}` : '';
  return `wavetank ${showVersion(report.version)}: ${plural(report.scenarios.length, 'scenario')}, ${showSeeds(report.seeds)}${part}, ${report.jobs} at a time, ${(report.elapsedMs / 1000).toFixed(1)} s`;
}

function scenarioTable(report: SweepReport): string {
  const rows = report.scenarios.map((tally) => {
    const wallSeconds = Math.max(tally.wallMs, 1) / 1000;
    const bad = tally.violated + tally.broken;
    return [
      tally.scenario,
      grouped(tally.seeds),
      grouped(tally.held),
      bad > 0 ? pc.red(grouped(tally.violated)) : '0',
      tally.broken > 0 ? pc.red(grouped(tally.broken)) : '0',
      grouped(tally.events),
      grouped(tally.events / wallSeconds),
      grouped(tally.simulatedUs / 1e6 / wallSeconds),
    ];
  });
  return table(['scenario', 'seeds', 'held', 'violated', 'no verdict', 'events', 'events/s', 'simulated s per s'], rows);
}

function faultTable(report: SweepReport): string {
  if (report.faults.length === 0) return '';
  return table(
    ['fault', 'planned', 'fired', 'had an effect', 'operations affected'],
    report.faults.map((fault) => [fault.kind, grouped(fault.armed), grouped(fault.fired), fault.effective === 0 ? pc.yellow('0') : grouped(fault.effective), grouped(fault.affected)]),
  );
}

function sometimesTable(report: SweepReport): string {
  if (report.sometimes.length === 0) return '';
  return table(
    ['what the runs met', 'times'],
    report.sometimes.map(({ name, times }) => [name, times === 0 ? pc.yellow('never') : grouped(times)]),
  );
}

function failureLines(report: SweepReport): string[] {
  const shown = report.failures.slice(0, failuresShownMax).map(failureLine);
  const rest = report.failures.length - shown.length;
  return rest > 0 ? [...shown, `and ${plural(rest, 'more failure')}; --reporter json lists all`] : shown;
}

function failureLine(failure: Failure): string {
  const lines = [`${pc.red('✗')} ${pc.bold(`${failure.scenario}, seed ${failure.seed}`)}: ${failure.sentence}`, `    ${reproCommand(failure)}`];
  const replay = replayLine(failure.replay);
  if (replay !== null) lines.push(`    ${pc.red(replay)}`);
  for (const [what, path] of Object.entries(failure.files)) lines.push(`    ${what}: ${path}`);
  return lines.join('\n');
}

function gapLines(report: SweepReport): string[] {
  if (report.gapsFail) return report.gaps.map((gap) => `${pc.red('✗')} coverage: ${gap}`);
  if (report.gaps.length === 0) return [];
  const [first, ...rest] = report.gaps;
  return [`${pc.yellow('!')} coverage: ${first}${rest.length > 0 ? `, and ${plural(rest.length, 'more kind')} proved nothing yet` : ''}; from ${gapSeedsMin} seeds a scenario on that fails the run`];
}

function conclusion(report: SweepReport): string {
  const runs = plural(report.runs.length, 'run');
  if (report.runs.length === 0) return pc.yellow('no seed falls to this part: it shows nothing');
  const differing = report.failures.filter(({ replay }) => replay.kind === 'differs').length;
  if (differing > 0) return pc.red(`nondeterminism: ${plural(differing, 'seed')} of ${runs} did not run the same twice`);
  if (report.failures.length > 0) return pc.red(`${plural(report.failures.length, 'failure')} in ${runs}`);
  if (report.gapsFail) return pc.red(`every invariant held in ${runs}, but not every fault was exercised`);
  return pc.green(`every invariant held in ${runs}`) + (report.gaps.length === 0 && report.faults.length > 0 ? ', every kind of fault had an effect' : '');
}

function table(head: string[], rows: string[][]): string {
  const made = new Table({
    head: head.map((cell) => pc.dim(cell)),
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    chars: { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '   ' },
  });
  made.push(...rows);
  return `${made.toString().replace(/ +$/gm, '')}\n`;
}
