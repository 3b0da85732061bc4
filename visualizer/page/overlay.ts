/// <reference lib="dom" />
/** Above the canvas: the steps' numbers, the violation, the selection. Few elements, so SVG. */
import type { Badge, DisplayList } from '../layout/display-list.ts';
import { xOfEvent, type View } from '../layout/view.ts';
import { causeOf } from '../cone.ts';
import { kindOf } from '../trace.ts';
import { svg } from './dom.ts';
import type { Model } from './model.ts';

export class Overlay {
  readonly element = svg('svg', { class: 'annotations' });
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  draw(list: DisplayList, view: View, height: number): void {
    this.element.setAttribute('width', String(list.width));
    this.element.setAttribute('height', String(height));
    this.element.replaceChildren(...this.#violations(list, height), ...this.#steps(list), ...this.#selection(list, view, height), ...this.#badges(list));
  }

  #violations(list: DisplayList, height: number): SVGElement[] {
    return list.violations.flatMap(({ x, event }) => {
      const flip = x > list.width - 120;
      return [
        svg('line', { class: 'violation', x1: x, x2: x, y1: 0, y2: height }),
        svg('g', { class: 'violation-flag', transform: `translate(${x},${height - 10})`, click: () => this.#model.select(event) },
          svg('path', { d: 'M-4 -9.7H4L9.7 -4V4L4 9.7H-4L-9.7 4V-4Z' }),
          svg('text', { class: 'bang', y: 4, 'text-anchor': 'middle' }, '!'),
          svg('text', { class: 'flag-text', x: flip ? -15 : 15, y: 4, 'text-anchor': flip ? 'end' : 'start' }, 'broken here')),
      ];
    });
  }

  /** Curves from where a step starts to where it ends. */
  #steps(list: DisplayList): SVGElement[] {
    const { step } = this.#model.state;
    return list.badges.flatMap((badge) => {
      if (!badge.from) return [];
      const current = badge.number.split(' ').includes(String(step + 1));
      return [svg('path', { class: current ? 'step current' : 'step', d: curve(badge.from.x, badge.from.y, badge.x, badge.y) })];
    });
  }

  #badges(list: DisplayList): SVGElement[] {
    const seen: { x: number; y: number }[] = [];
    return list.badges.map((badge) => {
      let { y } = badge;
      while (seen.some((other) => Math.abs(other.x - badge.x) < 20 && Math.abs(other.y - y) < 18)) y -= 19;
      seen.push({ x: badge.x, y });
      return this.#badge(badge, y);
    });
  }

  #badge(badge: Badge, y: number): SVGElement {
    const { step } = this.#model.state;
    const numbers = badge.number.split(' ');
    const current = numbers.includes(String(step + 1));
    const width = Math.max(18, 8 + badge.number.length * 7);
    return svg('g', { class: `badge${current ? ' current' : ''}${badge.last ? ' last' : ''}`, transform: `translate(${badge.x},${y})`, click: (event) => {
      event.stopPropagation();
      this.#model.store.set({ step: Number(numbers[0]) - 1, selected: badge.event });
    } },
      svg('rect', { x: -width / 2, y: -9, width, height: 18, rx: 9 }),
      svg('text', { y: 4, 'text-anchor': 'middle' }, numbers.join('\u00b7')));
  }

  #selection(list: DisplayList, view: View, height: number): SVGElement[] {
    const { trace, state } = this.#model;
    const event = state.selected;
    if (event < 0) return [];
    const place = (index: number): { x: number; y: number } | null => {
      const row = list.lanes.find((candidate) => candidate.lane === trace.lane[index]);
      if (!row) return null;
      const mark = list.marks.find((candidate) => candidate.event === index);
      return { x: xOfEvent(trace, view, index), y: mark?.y ?? row.y + row.height / 2 };
    };
    const at = place(event);
    if (!at || at.x < -10 || at.x > list.width + 10) return [];
    const links = [causeOf(trace, event), ...this.#model.effects.of(event).subarray(0, 24)].filter((index) => index >= 0).flatMap((index) => {
      const other = place(index);
      return other && (Math.abs(other.x - at.x) > 1 || Math.abs(other.y - at.y) > 1) ? [svg('line', { class: index < event ? 'link cause' : 'link effect', x1: at.x, y1: at.y, x2: other.x, y2: other.y })] : [];
    });
    const text = kindOf(trace, event);
    const flip = at.x > list.width - 140;
    return [
      svg('line', { class: 'cursor', x1: at.x, x2: at.x, y1: 0, y2: height }),
      ...links,
      svg('circle', { class: 'selected', cx: at.x, cy: at.y, r: 8 }),
      svg('text', { class: 'selected-text', x: at.x + (flip ? -13 : 13), y: at.y - 11, 'text-anchor': flip ? 'end' : 'start' }, text),
    ];
  }
}

/** A bow that leaves and arrives sideways, so that steps do not hide behind straight arrows. */
function curve(x0: number, y0: number, x1: number, y1: number): string {
  if (Math.abs(y1 - y0) < 2) {
    const rise = Math.min(26, Math.abs(x1 - x0) / 3 + 6);
    return `M${x0} ${y0}C${x0 + (x1 - x0) * 0.25} ${y0 - rise} ${x0 + (x1 - x0) * 0.75} ${y0 - rise} ${x1} ${y1}`;
  }
  const middle = (x0 + x1) / 2;
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
}
