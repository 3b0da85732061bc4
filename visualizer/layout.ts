/**
 * From a trace and a window onto it to a display list. Pure: the same trace and view give the same list, so
 * the picture is tested without a browser. What does not depend on the view is prepared once.
 */
import { glyphOf } from './kinds.ts';
import { layoutMessages, findPairs, type Pairs } from './layout/arrows.ts';
import { layoutBadges } from './layout/badges.ts';
import { faultRowHeight, faultSpells, layoutBands, packRows, type FaultSpell } from './layout/bands.ts';
import type { DisplayList } from './layout/display-list.ts';
import { layoutLabels } from './layout/labels.ts';
import { isOrderly, layoutLanes, livesOf, type Life } from './layout/lanes.ts';
import { layoutMarks, orderlyEnd } from './layout/marks.ts';
import { xOfEvent, type View } from './layout/view.ts';
import { tellStory, type Story } from './story.ts';
import { argsOf, kindOf, lowerBound, type Trace } from './trace.ts';

export interface Scene {
  readonly trace: Trace;
  readonly story: Story;
  readonly lives: readonly Life[][];
  readonly faults: readonly FaultSpell[];
  readonly pairs: Pairs;
  readonly phases: readonly { readonly event: number; readonly name: string }[];
  /** Not 0 for events that are drawn one by one at any zoom: those whose kind says so, and all evidence. */
  readonly never: Uint8Array;
}

export function prepare(trace: Trace): Scene {
  const story = tellStory(trace);
  const faults = faultSpells(trace);
  const alone = trace.kinds.map((kind) => (glyphOf(kind).always ? 1 : 0));
  const never = Uint8Array.from(trace.kind, (kind) => alone[kind]!);
  for (const chapter of story.chapters) for (const index of [chapter.at, ...chapter.evidence]) if (index >= 0) never[index] = 1;
  for (let i = 0; i < trace.count; i++) if (kindOf(trace, i) === 'node.kill' && isOrderly(trace, i)) never[i] = orderlyEnd;
  return { trace, story, lives: livesOf(trace), faults, pairs: findPairs(trace), phases: phasesOf(trace), never };
}

export function layout(scene: Scene, view: View): DisplayList {
  const { trace } = scene;
  const faultRows = packRows(trace, scene.faults, view.width);
  const rows = faultRows.reduce((most, row) => Math.max(most, row + 1), 0);
  const strip = { y: 0, height: rows === 0 ? 0 : rows * faultRowHeight + 6 };
  const lanes = layoutLanes(trace, scene.lives, view, strip.height);
  const { marks, density } = layoutMarks(trace, lanes, view, scene.never);
  const messages = layoutMessages(trace, scene.pairs, scene.lives, lanes, view);
  return {
    width: view.width,
    height: lanes.reduce((bottom, row) => Math.max(bottom, row.y + row.height), strip.height),
    faultStrip: strip,
    lanes, marks, density,
    phases: layoutPhases(scene, lanes, view),
    bands: layoutBands(trace, scene.faults, faultRows, lanes, view),
    arrows: messages.arrows,
    spans: messages.spans,
    labels: layoutLabels(messages.arrows, view.width),
    arrowsLeftOut: messages.leftOut,
    badges: layoutBadges(trace, scene.story.chapters[view.chapter], lanes, view),
    violations: scene.story.chapters.flatMap((chapter, at) => {
      const x = chapter.at < 0 ? -1 : xOfEvent(trace, view, chapter.at);
      return x < 0 || x > view.width ? [] : [{ x, event: chapter.at, chapter: at }];
    }),
  };
}

function phasesOf(trace: Trace): Scene['phases'] {
  const wanted = trace.kinds.indexOf('run.phase');
  const events = [...trace.kind].flatMap((kind, event) => (kind === wanted ? [event] : []));
  return wanted < 0 ? [] : events.map((event) => ({ event, name: String(argsOf(trace, event)['phase']) }));
}

/** Named on the lane of control, each until the next; a name without room is left out. */
function layoutPhases({ trace, phases }: Scene, lanes: DisplayList['lanes'], view: View): DisplayList['phases'] {
  return phases.flatMap(({ event, name }, at) => {
    const row = lanes.find((candidate) => candidate.lane === trace.lane[event]);
    const x0 = Math.max(0, xOfEvent(trace, view, event));
    const next = phases[at + 1];
    const x1 = Math.min(view.width, next ? xOfEvent(trace, view, next.event) : view.width);
    return row && x1 - x0 > name.length * 6 + 10 ? [{ x: x0 + 5, y: row.y + 9, text: name }] : [];
  });
}

/** The event nearest to a point, within `reachPx`: marks first (those of the slice before others), then what a density strip stands for; -1 for none. */
export function eventAt(scene: Scene, view: View, list: DisplayList, x: number, y: number, reachPx: number): number {
  let best = -1;
  let bestDistance = reachPx * reachPx;
  for (const mark of list.marks) {
    const distance = ((mark.x - x) ** 2 + (mark.y - y) ** 2) * (mark.emphasis === 'faded' ? 4 : 1);
    if (distance > bestDistance) continue;
    bestDistance = distance;
    best = mark.event;
  }
  for (const badge of list.badges) if (Math.hypot(badge.x - x, badge.y - y) < 11) best = badge.event;
  return best >= 0 ? best : nearestOnLane(scene, view, list, x, y, reachPx);
}

function nearestOnLane(scene: Scene, view: View, list: DisplayList, x: number, y: number, reachPx: number): number {
  const { trace } = scene;
  const strip = list.density.find((candidate) => y >= candidate.y && y < candidate.y + candidate.height);
  if (!strip) return -1;
  const events = trace.byLane[strip.lane]!;
  const position = view.from + (x / view.width) * (view.to - view.from);
  const index = view.axis === 'order' ? position : lowerBound(trace.t, position, 0, trace.count);
  const after = lowerBound(events, index);
  const near = [events[after - 1], events[after]].filter((event): event is number => event !== undefined);
  const distance = (event: number): number => Math.abs(xOfEvent(trace, view, event) - x);
  const nearest = near.sort((a, b) => distance(a) - distance(b))[0];
  return nearest !== undefined && distance(nearest) <= reachPx ? nearest : -1;
}
