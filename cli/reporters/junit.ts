/** JUnit XML, as CI servers read it: a suite a scenario, a case a seed. */
import type { Failure, SweepReport } from '../report.ts';
import { reproCommand } from '../../visualizer/repro-command.ts';
import { replayLine } from './sentences.ts';

/** Reports past this choke the servers that read them; held seeds beyond are counted in the suite, not listed. */
const heldCasesMax = 10_000;

export function renderJunit(report: SweepReport): string {
  const failures = new Map(report.failures.map((failure) => [`${failure.scenario} ${failure.seed}`, failure]));
  let listed = 0;
  const suites = report.scenarios.map((tally) => {
    const cases = report.runs
      .filter((run) => run.scenario === tally.scenario)
      .flatMap((run) => {
        const failure = failures.get(`${run.scenario} ${run.seed}`);
        if (!failure && ++listed > heldCasesMax) return [];
        const attributes = `name="seed ${run.seed}" classname="wavetank.${escape(run.scenario)}" time="${seconds(run.wallMs)}"`;
        return failure ? [`    <testcase ${attributes}>`, `      ${failureElement(failure)}`, '    </testcase>'] : [`    <testcase ${attributes}/>`];
      });
    return [`  <testsuite name="${escape(tally.scenario)}" tests="${tally.seeds}" failures="${tally.violated}" errors="${tally.broken}" skipped="0" time="${seconds(tally.wallMs)}">`, ...cases, '  </testsuite>'];
  });
  if (report.gapsFail) suites.push(gapSuite(report.gaps));
  const total = (of: (tally: SweepReport['scenarios'][number]) => number): number => report.scenarios.reduce((sum, tally) => sum + of(tally), 0);
  const extra = report.gapsFail ? report.gaps.length : 0;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="wavetank" tests="${total(({ seeds }) => seeds) + extra}" failures="${total(({ violated }) => violated) + extra}" errors="${total(({ broken }) => broken)}" time="${seconds(report.elapsedMs)}">`,
    ...suites.flat(),
    '</testsuites>',
    '',
  ].join('\n');
}

function failureElement(failure: Failure): string {
  const element = failure.kind === 'violated' ? 'failure' : 'error';
  const type = failure.violations[0]?.invariant ?? 'broken';
  const details = [failure.sentence, `reproduce: ${reproCommand(failure)}`, replayLine(failure.replay), failure.stack].filter((line) => line !== null);
  return `<${element} type="${escape(type)}" message="${escape(failure.sentence)}">${escape(details.join('\n'))}</${element}>`;
}

function gapSuite(gaps: readonly string[]): string[] {
  const cases = gaps.map((gap) => `    <testcase name="${escape(gap)}" classname="wavetank.coverage"><failure type="coverage" message="${escape(gap)}"/></testcase>`);
  return [`  <testsuite name="coverage" tests="${gaps.length}" failures="${gaps.length}" errors="0" skipped="0" time="0.000">`, ...cases, '  </testsuite>'];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function escape(text: string): string {
  return text
    // XML 1.0 has no way to write the other control characters, not even escaped.
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
