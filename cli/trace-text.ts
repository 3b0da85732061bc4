/** A trace file, put together: header, one event a line, footer. */
import type { RunResult } from '../scenarios/index.ts';
import { traceFooter, traceHeader } from '../scenarios/trace-file.ts';
import { readVersion } from './version.ts';

/** `lines`: the events of the run, each as JSON. */
export function traceText(result: RunResult, lines: readonly string[]): string {
  const header = traceHeader(result, { ...readVersion(), node: process.versions.node });
  return `${[JSON.stringify(header), ...lines, JSON.stringify(traceFooter(result))].join('\n')}\n`;
}
