/** Cuts a trace down to what explains its violation: the cone, faults and lives of nodes, and a window around it. */
import { causalPast, evidenceOf } from './cone.ts';
import { glyphOf } from './kinds.ts';
import type { Trace } from './trace.ts';

export interface Slimmed {
  readonly text: string;
  /** For the person who opens the page. */
  readonly notice: string;
}

/** Keeps about `target` events (more only if what must stay is more). */
export function slim(trace: Trace, target: number): Slimmed {
  const violations = trace.footer?.violations ?? [];
  const evidence = violations.flatMap((violation) => evidenceOf(trace, violation));
  const keep = causalPast(trace, evidence);
  const glyphs = trace.kinds.map(glyphOf);
  for (let i = 0; i < trace.count; i++) if (glyphs[trace.kind[i]!]!.always) keep[i] = 1;
  let kept = 0;
  for (let i = 0; i < trace.count; i++) kept += keep[i]!;
  const centre = evidence.length > 0 ? evidence.at(-1)! : 0;
  for (let away = 0; away < trace.count && kept < target; away++) {
    for (const at of [centre - away, centre + away]) {
      if (at < 0 || at >= trace.count || keep[at]) continue;
      keep[at] = 1;
      kept++;
    }
  }
  const lines = [JSON.stringify(trace.header)];
  for (let i = 0; i < trace.count; i++) if (keep[i]) lines.push(trace.text.slice(trace.lineStart[i], trace.lineEnd[i]));
  if (trace.footer) lines.push(JSON.stringify(trace.footer));
  const where = violations.length > 0 ? 'what led to the violation, all faults, and the time around it' : 'the beginning of the run and all faults';
  return {
    text: `${lines.join('\n')}\n`,
    notice: `This page holds ${kept.toLocaleString('en')} of ${trace.count.toLocaleString('en')} events, to keep the file small: ${where}. The trace file has them all.`,
  };
}
