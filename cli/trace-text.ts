/** A trace file, put together: header, one event a line, footer. */
import { basename } from 'node:path';
import type { RunResult } from '../scenarios/index.ts';
import { traceFooter, traceHeader } from '../scenarios/trace-file.ts';
import { readVersion } from './version.ts';

/** `lines`: the events of the run, each as JSON. `planFile`: where its plan is, when it is not that of the seed. */
export function traceText(result: RunResult, lines: readonly string[], planFile?: string): string {
  const header = { ...traceHeader(result, { ...readVersion(), node: process.versions.node }), ...(planFile === undefined ? {} : { planFile: basename(planFile) }) };
  return `${[JSON.stringify(header), ...lines, JSON.stringify(traceFooter(result))].join('\n')}\n`;
}
