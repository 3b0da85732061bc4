/** Numbers of the explanation's steps at the events they speak of. Steps that end at one event share a badge. */
import type { Chapter } from '../story.ts';
import type { Trace } from '../trace.ts';
import type { Badge, LaneRow } from './display-list.ts';
import { xOfEvent, type View } from './view.ts';

export function layoutBadges(trace: Trace, chapter: Chapter | undefined, lanes: readonly LaneRow[], view: View): Badge[] {
  if (!chapter) return [];
  const middle = new Map(lanes.map((row) => [row.lane, row.y + row.height / 2]));
  const place = (index: number): { x: number; y: number } | null => {
    const y = index < 0 ? undefined : middle.get(trace.lane[index]!);
    return y === undefined ? null : { x: xOfEvent(trace, view, index), y };
  };
  const numbers = new Map<number, number[]>();
  chapter.steps.forEach((step, at) => numbers.set(step.to.index, [...(numbers.get(step.to.index) ?? []), at + 1]));
  return [...numbers].flatMap(([event, steps]) => {
    const to = place(event);
    if (!to) return [];
    const step = chapter.steps[steps[0]! - 1]!;
    const from = step.from.index === event ? null : place(step.from.index);
    return [{ ...to, number: steps.join(' '), event, from, last: steps.includes(chapter.steps.length) }];
  });
}
