/** For GitHub Actions: an annotation for each failure, then the report as text. */
import type { SweepReport } from '../report.ts';
import { reproCommand } from '../../visualizer/repro-command.ts';
import { replayLine } from './sentences.ts';
import { renderText } from './text.ts';

/** GitHub shows ten a step and drops the rest. */
const annotationsMax = 10;

export function renderGithub(report: SweepReport): string {
  const annotations = report.failures.slice(0, annotationsMax).map((failure) => {
    const lines = [failure.sentence, `reproduce: ${reproCommand(failure)}`, replayLine(failure.replay)].filter((line) => line !== null);
    return `::error title=${property(`${failure.scenario}, seed ${failure.seed}`)}::${data(lines.join('\n'))}`;
  });
  const gaps = report.gaps.map((gap) => `::${report.gapsFail ? 'error' : 'warning'} title=coverage::${data(gap)}`);
  return [...annotations, ...gaps, renderText(report)].join('\n');
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
