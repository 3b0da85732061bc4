/** The visualizer's front door: from the text of a trace to one page that opens from disk. Knows traces and nothing else. */
import { pageAssets } from './page-assets.ts';
import { renderHtml } from './render.ts';

/** @throws TraceError when the text is not a trace this version reads. */
export function renderTrace(traceText: string): string {
  const { script, style } = pageAssets();
  return renderHtml(traceText, script, style);
}

export { reproCommand, type Reproducible } from './repro-command.ts';
export { readTrace, TraceError, type TraceErrorCode } from './trace-reader.ts';
export { renderHtml } from './render.ts';
export type { Trace } from './trace.ts';
