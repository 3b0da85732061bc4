/// <reference lib="dom" />
/** The same events in words: a list that holds only the rows in sight, in step with the timeline. */
import { clockTime, describe } from '../describe.ts';
import { glyphOf } from '../kinds.ts';
import { kindOf, lowerBound, nodeOf } from '../trace.ts';
import { el, svg } from './dom.ts';
import type { Model } from './model.ts';
import { isStroked, shapePath } from './shapes.ts';

const rowPx = 24;
/** Browsers stop laying out somewhat past this height; longer lists scroll in proportion. */
const tallestPx = 8_000_000;

export class EventList {
  readonly element: HTMLElement;
  readonly #model: Model;
  readonly #spacer = el('div', { class: 'spacer' });
  readonly #rows = el('div', { class: 'rows' });
  readonly #viewport: HTMLElement;
  readonly #title = el('h2');
  #indices: Int32Array = new Int32Array();
  #source: Uint8Array | null | undefined;
  #scrolling = false;

  constructor(model: Model) {
    this.#model = model;
    this.#viewport = el('div', { class: 'viewport', tabindex: 0, role: 'listbox', 'aria-label': 'Events', scroll: () => this.#render() }, this.#spacer, this.#rows);
    this.element = el('section', { class: 'event-list' }, this.#title, this.#viewport);
    model.store.subscribe((_, changed) => {
      this.#refresh();
      if (changed.has('selected') && model.state.selected >= 0) this.#reveal(model.state.selected, false);
      else if (changed.has('from') || changed.has('to') || changed.has('query') || changed.has('slice')) this.#follow();
      this.#render();
    });
    new ResizeObserver(() => {
      this.#size();
      if (model.state.selected >= 0) this.#reveal(model.state.selected, true);
      this.#render();
    }).observe(this.#viewport);
  }

  open(): void {
    this.#refresh();
    if (this.#model.state.selected >= 0) this.#reveal(this.#model.state.selected, true);
    this.#render();
  }

  /** Recomputes which events are listed, only when the slice or search changed. */
  #refresh(): void {
    const focus = this.#model.focus();
    if (focus === this.#source) return;
    this.#source = focus;
    const { count } = this.#model.trace;
    const kept: number[] = [];
    if (focus) for (let i = 0; i < count; i++) if (focus[i]) kept.push(i);
    this.#indices = focus ? Int32Array.from(kept) : Int32Array.from({ length: count }, (_, i) => i);
    this.#size();
    const { query, slice } = this.#model.state;
    const many = this.#indices.length;
    const where = slice === 'cone' ? ' in the cone' : slice === 'evidence' ? ' of evidence' : '';
    this.#title.textContent = `${many.toLocaleString('en')} ${query === '' ? '' : 'matching '}${many === 1 ? 'event' : 'events'}${focus ? where : ''}`;
  }

  /** Ends on a whole row, so that the last screen does not cut its first one. */
  #size(): void {
    this.#spacer.style.height = `${Math.min(tallestPx, this.#indices.length * rowPx) + (this.#viewport.clientHeight % rowPx)}px`;
  }

  #ratio(): number {
    return Math.max(1, (this.#indices.length * rowPx) / tallestPx);
  }

  /** Keeps the first event of the window in sight when the window moves; an event that is selected and visible wins. */
  #follow(): void {
    const { axis, from, to, selected } = this.#model.state;
    const { trace } = this.#model;
    const first = axis === 'order' ? Math.max(0, Math.ceil(from)) : lowerBound(trace.t, from, 0, trace.count);
    const end = axis === 'order' ? to : lowerBound(trace.t, to, 0, trace.count);
    this.#reveal(selected >= first && selected < end ? selected : first, false);
  }

  #reveal(event: number, centre: boolean): void {
    const row = lowerBound(this.#indices, event);
    const top = (row * rowPx) / this.#ratio();
    const height = this.#viewport.clientHeight;
    const inSight = top >= this.#viewport.scrollTop && top + rowPx <= this.#viewport.scrollTop + height;
    if (inSight && !centre) return;
    this.#scrolling = true;
    this.#viewport.scrollTop = Math.floor((top - height * 0.35) / rowPx) * rowPx; // whole rows
    this.#scrolling = false;
  }

  #render(): void {
    if (this.#scrolling) return;
    const top = this.#viewport.scrollTop;
    const first = Math.max(0, Math.floor((top * this.#ratio()) / rowPx) - 2);
    const shown = Math.ceil(this.#viewport.clientHeight / rowPx) + 5;
    const { trace, state } = this.#model;
    const evidence = new Set(this.#model.chapter()?.evidence ?? []);
    const at = this.#model.chapter()?.at ?? -1;
    this.#rows.style.transform = `translateY(${top - (((top * this.#ratio()) / rowPx - first) * rowPx)}px)`;
    this.#rows.replaceChildren(...[...this.#indices.subarray(first, first + shown)].map((event) => {
      const kind = kindOf(trace, event);
      const glyph = glyphOf(kind);
      const selected = event === state.selected;
      return el('div', { class: `row${selected ? ' selected' : ''}${event === at ? ' broken' : evidence.has(event) ? ' evidence' : ''}`, role: 'option', id: `event-${event}`, 'aria-selected': String(selected), click: () => this.#model.select(event) },
        el('time', {}, clockTime(trace.t[event]!, true)),
        el('span', { class: 'node' }, nodeOf(trace, event)),
        icon(kind),
        el('span', { class: `kind tone-${glyph.tone}` }, kind),
        el('span', { class: 'phrase' }, describe(trace, event)));
    }));
    if (state.selected >= 0) this.#viewport.setAttribute('aria-activedescendant', `event-${state.selected}`);
  }
}

export function icon(kind: string): SVGElement {
  const { shape, tone } = glyphOf(kind);
  return svg('svg', { class: `icon tone-${tone}${isStroked(shape) ? ' stroked' : ''}`, viewBox: '-6 -6 12 12', width: 12, height: 12, 'aria-hidden': 'true' }, svg('path', { d: shapePath[shape] }));
}
