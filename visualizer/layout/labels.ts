/** Names on arrows, as many as fit without touching each other: the widest arrows first. */
import type { Arrow, TextLabel } from './display-list.ts';

export const maxLabels = 60;
/** Room a name takes; measured generously, since layout does not know the font. */
const charWidth = 6.2;
const lineHeight = 14;
const mostCandidates = 400;
/** Steep arrows stand close together: they are only named when there are few. */
const leastSlant = 30;
const fewEnough = 12;

export function layoutLabels(arrows: readonly Arrow[], width: number): TextLabel[] {
  const candidates = arrows.filter((arrow) => arrow.emphasis === 'normal' && arrow.label !== '' && Math.max(arrow.x0, arrow.x1) > 0 && Math.min(arrow.x0, arrow.x1) < width);
  const slanted = candidates.filter((arrow) => Math.abs(arrow.x1 - arrow.x0) > leastSlant);
  const legible = candidates.length <= fewEnough ? candidates : slanted;
  if (legible.length > mostCandidates) return [];
  const placed: TextLabel[] = [];
  for (const arrow of legible.sort((a, b) => Math.abs(b.x1 - b.x0) - Math.abs(a.x1 - a.x0))) {
    const label = { x: (arrow.x0 + arrow.x1) / 2 + 6, y: (arrow.y0 + arrow.y1) / 2, text: arrow.label };
    if (label.x < 0 || label.x > width - label.text.length * charWidth || placed.some((other) => overlap(label, other))) continue;
    placed.push(label);
    if (placed.length === maxLabels) break;
  }
  return placed;
}

const overlap = (a: TextLabel, b: TextLabel): boolean =>
  Math.abs(a.y - b.y) < lineHeight && a.x < b.x + b.text.length * charWidth + 8 && b.x < a.x + a.text.length * charWidth + 8;
