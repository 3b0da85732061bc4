/**
 * The search box: `kind:s3.put node:b1 text`. Words narrow; `kind:` takes a prefix by room (`kind:s3`);
 * `seq:` names one event; plain words are looked for in the event's line, ignoring case.
 */
import { lowerBound, type Trace } from './trace.ts';

/** Marks (1) what matches, or null for an empty query. */
export function search(trace: Trace, query: string): Uint8Array | null {
  const terms = query.trim().split(/\s+/).filter((term) => term !== '');
  if (terms.length === 0) return null;
  const hits = new Uint8Array(trace.count).fill(1);
  for (const term of terms) narrow(trace, hits, term);
  return hits;
}

function narrow(trace: Trace, hits: Uint8Array, term: string): void {
  const [, field, value] = /^(kind|node|seq):(.+)$/.exec(term) ?? [];
  if (field === 'kind') {
    const wanted = trace.kinds.map((kind) => kind === value || kind.startsWith(`${value}.`) || (value!.endsWith('*') && kind.startsWith(value!.slice(0, -1))));
    for (let i = 0; i < trace.count; i++) if (!wanted[trace.kind[i]!]) hits[i] = 0;
  } else if (field === 'node') {
    const lane = trace.lanes.findIndex((candidate) => candidate.node === value);
    for (let i = 0; i < trace.count; i++) if (trace.lane[i] !== lane) hits[i] = 0;
  } else if (field === 'seq') {
    for (let i = 0; i < trace.count; i++) if (trace.seq[i] !== Number(value)) hits[i] = 0;
  } else {
    const found = linesWith(trace, term);
    for (let i = 0; i < trace.count; i++) hits[i]! &= found[i]!;
  }
}

/** One scan over the whole text: far cheaper than lower-casing every line. */
function linesWith(trace: Trace, word: string): Uint8Array {
  const found = new Uint8Array(trace.count);
  const pattern = new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
  if (trace.count > 0) pattern.lastIndex = trace.lineStart[0]!;
  for (let match = pattern.exec(trace.text); match; match = pattern.exec(trace.text)) {
    const line = lowerBound(trace.lineEnd, match.index + 1, 0, trace.count);
    if (line >= trace.count) break;
    found[line] = 1;
    pattern.lastIndex = Math.max(trace.lineEnd[line]!, match.index + 1); // one hit a line is enough
  }
  return found;
}
