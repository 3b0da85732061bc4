/** Two traces of what should be one run: the first line in which they part. */
import { readFileSync } from 'node:fs';

export interface TraceDifference {
  /** Line of the trace files, from 1. */
  readonly line: number;
  /** seq of the event, where the line is one. */
  readonly seq: number | null;
  /** The lines; null where one trace has ended. */
  readonly a: string | null;
  readonly b: string | null;
}

export function diffTraceFiles(a: string, b: string): TraceDifference | null {
  return diffTraces(readFileSync(a, 'utf8'), readFileSync(b, 'utf8'));
}

export function diffTraces(a: string, b: string): TraceDifference | null {
  if (a === b) return null;
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  const start = a.lastIndexOf('\n', at - 1) + 1;
  const lineA = lineAt(a, start);
  const lineB = lineAt(b, start);
  return { line: a.slice(0, start).split('\n').length, seq: seqOf(lineA) ?? seqOf(lineB), a: lineA, b: lineB };
}

export function showDifference(difference: TraceDifference): string {
  const event = difference.seq === null ? `line ${difference.line}` : `event ${difference.seq} (line ${difference.line})`;
  return `${event} differs: a: ${short(difference.a)} b: ${short(difference.b)}`;
}

function lineAt(text: string, start: number): string | null {
  if (start >= text.length) return null;
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? text.length : end);
}

function seqOf(line: string | null): number | null {
  return Number(/^\{"seq":(\d+)/.exec(line ?? '')?.[1] ?? NaN) || null;
}

function short(line: string | null): string {
  if (line === null) return '(ended)';
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
}
