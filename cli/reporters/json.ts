/** The report as one JSON document, for programs. Additions are compatible; a change of meaning raises `format`. */
import type { SweepReport } from '../report.ts';
import { reproCommand } from '../../visualizer/repro-command.ts';

export function renderJson(report: SweepReport): string {
  const { runs, failures, ...rest } = report;
  return `${JSON.stringify({ format: 1, ...rest, failures: failures.map((failure) => ({ ...failure, repro: reproCommand(failure) })), runs }, null, 2)}\n`;
}
