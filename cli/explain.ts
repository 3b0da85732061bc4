/** One run in words: what was done to the cluster, what came of it, and why each violation is one. */
import pc from 'picocolors';
import type { FaultReport, TraceEvent, Violation } from '../runtime/index.ts';
import { grouped } from './reporters/sentences.ts';
import type { SeedRun } from './run-seed.ts';

/** A run that broke everything need not be told to its end. */
const violationsShownMax = 5;

export function explainRun(run: SeedRun): string {
  const { result } = run;
  const shown = result.violations.slice(0, violationsShownMax);
  const rest = result.violations.length - shown.length;
  return [
    `${pc.bold(`${result.scenario}, seed ${result.seed}`)}`,
    ...faultLines(result.faults),
    ...shown.flatMap((violation) => ['', ...violationLines(violation, run.events)]),
    ...(rest > 0 ? ['', `and ${rest} more violations, in the trace`] : []),
    '',
    verdictLine(run),
    '',
  ].join('\n');
}

function faultLines(faults: readonly FaultReport[]): string[] {
  if (faults.length === 0) return ['  no faults'];
  return faults.map((fault) => `  ${at(fault.beginUs)}  ${fault.description}, ${fault.affected > 0 ? `${grouped(fault.affected)} operations affected` : pc.yellow('without any effect')}`);
}

function violationLines(violation: Violation, events: ReadonlyMap<number, TraceEvent>): string[] {
  const blame = violation.blame === 'broker' ? '' : pc.dim(` (blame: ${violation.blame})`);
  return [`${pc.red('✗')} ${pc.bold(violation.invariant)}: ${violation.summary}${blame}`, ...stepLines(violation, events)];
}

function stepLines({ steps, evidence }: Violation, events: ReadonlyMap<number, TraceEvent>): string[] {
  if (steps.length === 0) return evidence.map((seq) => `    ${eventLine(events.get(seq), seq)}`);
  let last: number | undefined;
  return steps.flatMap(({ from, to, because }) => {
    const start = from === last ? [] : [`    ${eventLine(events.get(from), from)}`];
    last = to;
    return [...start, `      ${pc.dim(because)}`, ...(to === from ? [] : [`    ${eventLine(events.get(to), to)}`])];
  });
}

function eventLine(event: TraceEvent | undefined, seq: number): string {
  if (!event) return `event ${seq}`;
  const args = JSON.stringify(event.args);
  return `${at(event.t)}  #${event.seq} ${event.node} ${event.kind} ${pc.dim(args.length > 140 ? `${args.slice(0, 137)}...` : args)}`;
}

function verdictLine({ result }: SeedRun): string {
  const count = result.violations.length;
  const verdict = result.verdict === 'held' ? pc.green('every invariant held') : pc.red(`violated (${count} ${count === 1 ? 'violation' : 'violations'})`);
  return `${verdict}: ${grouped(result.events)} events, ${(result.simulatedUs / 1e6).toFixed(1)} s simulated in ${(result.wallMs / 1000).toFixed(1)} s, hash ${result.hash}`;
}

function at(us: number): string {
  return `${(us / 1e6).toFixed(3).padStart(9)} s`;
}
