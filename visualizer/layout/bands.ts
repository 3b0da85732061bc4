/** Faults as bands: labelled in a strip above the lanes, hatched over the lanes they hit. */
import { argsOf, kindOf, type Trace } from '../trace.ts';
import type { FaultBand, LaneRow } from './display-list.ts';
import { extentOf, positionOf, xOf, type View } from './view.ts';

export const faultRowHeight = 20;
export const maxFaultRows = 5;

/** A fault of this run, wherever it was recorded: plan, events or footer. Found once. */
export interface FaultSpell {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly targets: readonly number[];
  /** Event indices; -1 when not recorded. */
  readonly begin: number;
  readonly end: number;
  readonly beginUs: number;
  readonly endUs: number;
}

export function faultSpells(trace: Trace): FaultSpell[] {
  const begins: number[] = [];
  const wanted = trace.kinds.indexOf('fault.begin');
  for (let i = 0; wanted >= 0 && i < trace.count; i++) if (trace.kind[i] === wanted) begins.push(i);
  const planned = planTargets(trace.header.plan);
  const reports = new Map((trace.footer?.faults ?? []).map((report) => [report.id, report]));
  return begins.map((begin) => {
    const args = argsOf(trace, begin);
    const id = String(args['id']);
    const other = trace.pair[begin]!;
    const end = other >= 0 && kindOf(trace, other) === 'fault.end' ? other : -1;
    const targets = Array.isArray(args['target']) ? args['target'].map(String) : (planned.get(id) ?? []);
    return {
      id, begin, end,
      kind: String(args['kind'] ?? ''),
      label: reports.get(id)?.description ?? String(args['what'] ?? args['kind'] ?? id),
      targets: targets.map((node) => trace.lanes.findIndex((lane) => lane.node === node)).filter((lane) => lane >= 0),
      beginUs: trace.t[begin]!,
      endUs: end >= 0 ? trace.t[end]! : trace.endUs,
    };
  });
}

function planTargets(plan: unknown): Map<string, string[]> {
  const faults = typeof plan === 'object' && plan !== null && 'faults' in plan && Array.isArray(plan.faults) ? plan.faults : [];
  return new Map(faults.map((fault: { id?: unknown; target?: unknown }) => [String(fault.id), Array.isArray(fault.target) ? fault.target.map(String) : []]));
}

/** Microseconds, and widths of the evidence: how far away a fault still belongs to the picture. */
const nearUs = 250_000;
const nearWidths = 2;

/** What a violation is shown with: its evidence, and the faults that hit its nodes at about that time. Without those one sees what broke, but not why. */
export function framedWith(trace: Trace, spells: readonly FaultSpell[], evidence: readonly number[]): readonly number[] {
  if (evidence.length === 0) return [];
  const first = trace.t[evidence[0]!]!;
  const last = trace.t[evidence.at(-1)!]!;
  const near = Math.max(nearUs, (last - first) * nearWidths);
  const lanes = new Set(evidence.map((index) => trace.lane[index]!));
  const hits = spells.filter(({ beginUs, targets }) => beginUs >= first - near && beginUs <= last + near && targets.some((lane) => lanes.has(lane)));
  return [...evidence, ...hits.map(({ begin }) => begin)].sort((a, b) => a - b);
}

/** Room a label takes beside a bar too short for it; generous, since layout does not know the font. */
const labelCharPx = 6.6;

/**
 * Rows of the strip, packed so that bars and labels do not touch when the whole run is in the window. Does not
 * depend on the zoom: rows that jump about while zooming could not be followed. The last row takes what is left over.
 */
export function packRows(trace: Trace, spells: readonly FaultSpell[], width: number): number[] {
  const rows: (readonly [number, number])[][] = [];
  return spells.map((spell) => {
    const [x0, x1] = [(spell.beginUs / trace.endUs) * width, (spell.endUs / trace.endUs) * width];
    const label = spell.label.length * labelCharPx + 24;
    const taken = x1 - x0 >= label ? ([x0, x1] as const) : x1 + label <= width ? ([x0, x1 + label] as const) : ([x0 - label, x1] as const);
    const free = rows.findIndex((row) => row.every(([from, to]) => to <= taken[0] || taken[1] <= from));
    const row = free >= 0 ? free : Math.min(rows.length, maxFaultRows - 1);
    (rows[row] ??= []).push(taken);
    return row;
  });
}

export function layoutBands(trace: Trace, spells: readonly FaultSpell[], rows: readonly number[], lanes: readonly LaneRow[], view: View): FaultBand[] {
  return spells.flatMap((spell, at) => {
    const x0 = xOf(view, positionOf(trace, view.axis, spell.begin));
    const x1 = xOf(view, spell.end >= 0 ? positionOf(trace, view.axis, spell.end) : extentOf(trace, view.axis));
    if (x1 < 0 || x0 > view.width) return [];
    const hit = lanes.filter((lane) => spell.targets.includes(lane.lane));
    const bracketed = /partition|link|net/.test(spell.kind) && hit.length > 1;
    return [{
      id: spell.id, kind: spell.kind, label: spell.label, x0, x1, row: rows[at]!, event: spell.begin,
      areas: mergeRuns(hit),
      bracket: bracketed ? { y0: hit[0]!.y + hit[0]!.height / 2, y1: hit.at(-1)!.y + hit.at(-1)!.height / 2 } : null,
    }];
  });
}

function mergeRuns(lanes: readonly LaneRow[]): { y0: number; y1: number }[] {
  const areas: { y0: number; y1: number }[] = [];
  for (const lane of lanes) {
    const last = areas.at(-1);
    if (last && last.y1 === lane.y) last.y1 = lane.y + lane.height;
    else areas.push({ y0: lane.y, y1: lane.y + lane.height });
  }
  return areas;
}
