/// <reference lib="dom" />
/** The timeline: ruler, lane names, canvas, overlay. Owns size, zoom and pointer; draws from the display list. */
import { axisTop, scaleLinear, select, zoom, zoomIdentity, type D3ZoomEvent } from 'd3';
import { clockTime, describe, duration } from '../describe.ts';
import { eventAt, layout } from '../layout.ts';
import type { DisplayList } from '../layout/display-list.ts';
import type { View } from '../layout/view.ts';
import { kindOf, nodeOf } from '../trace.ts';
import { el, svg } from './dom.ts';
import type { Model } from './model.ts';
import { Overlay } from './overlay.ts';
import { paint } from './paint.ts';
import { onPaletteChange, readPalette, type Palette } from './palette.ts';

const reachPx = 9;

export class Stage {
  readonly element: HTMLElement;
  readonly #model: Model;
  readonly #canvas = el('canvas', { 'aria-hidden': 'true' });
  readonly #ruler = svg('svg', { class: 'ruler', 'aria-hidden': 'true' });
  readonly #gutter = el('div', { class: 'gutter' });
  readonly #plot: HTMLElement;
  readonly #scroll: HTMLElement;
  readonly #tip = el('div', { class: 'tip', hidden: true });
  readonly #window = el('span');
  readonly #note = el('span');
  readonly #overlay: Overlay;
  readonly #zoom = zoom<HTMLElement, unknown>();
  #palette: Palette = readPalette();
  #list: DisplayList | null = null;
  #view: View | null = null;
  #syncing = false;
  /** Milliseconds the last frame took, for the bench and the curious. */
  frameMs = { layout: 0, paint: 0 };

  constructor(model: Model) {
    this.#model = model;
    this.#overlay = new Overlay(model);
    this.#plot = el('div', { class: 'plot', tabindex: 0, role: 'application', 'aria-label': 'Timeline. Arrow keys step through events; the list below says the same in words.' }, this.#canvas, this.#overlay.element);
    this.#scroll = el('div', { class: 'lanes' }, this.#gutter, this.#plot);
    this.element = el('section', { class: 'stage' }, el('div', { class: 'ruler-row' }, el('div', { class: 'corner' }), this.#ruler), this.#scroll, el('div', { class: 'status' }, this.#window, this.#note), this.#tip);
    this.#listen();
    onPaletteChange(() => {
      this.#palette = readPalette();
      this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(this.#scroll);
    model.store.subscribe(() => this.draw());
  }

  draw(): void {
    const width = this.#plot.clientWidth;
    const height = this.#scroll.clientHeight;
    if (width < 50 || height < 50) return;
    const { axis, from, to, chapter } = this.#model.state;
    const started = performance.now();
    this.#view = { axis, from, to, width, height: height - 2, hidden: new Set(), focus: this.#model.focus(), chapter };
    const list = layout(this.#model.scene, this.#view);
    this.#list = list;
    const laidOut = performance.now();
    const ratio = window.devicePixelRatio || 1;
    const tall = Math.max(list.height, height - 2);
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(tall * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(tall * ratio);
      this.#canvas.style.width = `${width}px`;
      this.#canvas.style.height = `${tall}px`;
    }
    const context = this.#canvas.getContext('2d');
    if (context) paint(context, list, this.#palette, ratio);
    this.frameMs = { layout: laidOut - started, paint: performance.now() - laidOut };
    this.#overlay.draw(list, this.#view, tall);
    this.#drawGutter(list);
    this.#drawRuler(width);
    this.#window.textContent = axis === 'time' ? `${clockTime(Math.max(0, from))} to ${clockTime(Math.min(to, this.#model.extent()))}, ${duration(to - from)} across` : `${Math.round(Math.min(to, this.#model.extent()) - Math.max(0, from)).toLocaleString('en')} events across`;
    this.#note.textContent = list.arrowsLeftOut === 0 ? '' : `${list.arrowsLeftOut.toLocaleString('en')} messages not drawn: zoom in to see them`;
    this.#syncZoom(width);
  }

  #drawGutter(list: DisplayList): void {
    const wanted = JSON.stringify(list.lanes.map((row) => [row.node, row.y, row.height]));
    if (this.#gutter.dataset['rows'] === wanted) return;
    this.#gutter.dataset['rows'] = wanted;
    this.#gutter.replaceChildren(
      ...(list.faultStrip.height > 0 ? [el('div', { class: 'lane-name faults-name', style: `top:0;height:${list.faultStrip.height}px` }, 'faults')] : []),
      ...list.lanes.map((row) =>
        el('button', {
          class: `lane-name ${row.role}`, style: `top:${row.y}px;height:${row.height}px`, title: `Show only ${row.node}`,
          click: () => {
            const only = `node:${row.node}`;
            this.#model.store.set({ query: this.#model.state.query === only ? '' : only });
          },
        }, el('span', {}, row.node)),
      ),
    );
  }

  #drawRuler(width: number): void {
    const { axis, from, to } = this.#model.state;
    const scale = scaleLinear([from, to], [0, width]);
    const span = to - from;
    const format = (value: number): string => (axis === 'order' ? `#${Math.round(value).toLocaleString('en')}` : span > 3_000_000 ? `${+(value / 1e6).toFixed(1)} s` : clockTime(value, span < 20_000));
    const ticks = scale.ticks(Math.max(2, Math.floor(width / 110))).filter((tick) => tick >= 0 && scale(tick) > 34 && scale(tick) < width - 34);
    select(this.#ruler).attr('width', width).selectAll<SVGGElement, null>('g.axis').data([null]).join('g').attr('class', 'axis').attr('transform', 'translate(0,26)')
      .call(axisTop(scale).tickValues(ticks).tickFormat((value) => format(+value)).tickSize(5).tickSizeOuter(0));
  }

  #listen(): void {
    const model = this.#model;
    this.#zoom.on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
      if (this.#syncing) return;
      const { low, full } = model.frame();
      const width = this.#plot.clientWidth;
      const span = full / event.transform.k;
      const from = low - (event.transform.x / width) * span;
      model.show(from, from + span, false);
    });
    select(this.#plot).call(this.#zoom).on('dblclick.zoom', null);
    this.#plot.addEventListener('click', (event) => {
      const found = this.#at(event);
      if (found >= 0) model.select(found);
      else model.store.set({ selected: -1, step: -1 });
    });
    this.#plot.addEventListener('dblclick', (event) => {
      const found = this.#at(event);
      if (found < 0) return;
      model.store.set({ selected: found });
      model.focusSelection();
    });
    this.#plot.addEventListener('pointermove', (event) => this.#hover(event));
    this.#plot.addEventListener('pointerleave', () => (this.#tip.hidden = true));
  }

  #at(event: MouseEvent): number {
    const box = this.#canvas.getBoundingClientRect();
    return this.#list && this.#view ? eventAt(this.#model.scene, this.#view, this.#list, event.clientX - box.left, event.clientY - box.top, reachPx) : -1;
  }

  #hover(event: PointerEvent): void {
    const found = event.buttons === 0 ? this.#at(event) : -1;
    this.#plot.style.cursor = found >= 0 ? 'pointer' : '';
    this.#tip.hidden = found < 0;
    if (found < 0) return;
    const { trace } = this.#model;
    const other = trace.pair[found]!;
    const took = other > found ? `, ${duration(trace.t[other]! - trace.t[found]!)} until ${kindOf(trace, other)}` : '';
    this.#tip.replaceChildren(el('b', {}, `${nodeOf(trace, found)} `), el('span', {}, describe(trace, found)), el('small', {}, `${clockTime(trace.t[found]!, true)} \u00b7 ${kindOf(trace, found)}${took}`));
    const box = this.element.getBoundingClientRect();
    const x = Math.min(event.clientX - box.left + 14, box.width - this.#tip.offsetWidth - 8);
    const below = event.clientY - box.top + 18;
    this.#tip.style.transform = `translate(${Math.max(4, x)}px, ${below + this.#tip.offsetHeight > box.height ? below - this.#tip.offsetHeight - 30 : below}px)`;
  }

  #syncZoom(width: number): void {
    const { from, to } = this.#model.state;
    const { low, full } = this.#model.frame();
    const k = full / (to - from);
    this.#zoom.scaleExtent([1, full / 6]).extent([[0, 0], [width, 1]]).translateExtent([[0, -Infinity], [width, Infinity]]);
    this.#syncing = true;
    select(this.#plot).call(this.#zoom.transform, zoomIdentity.translate(-((from - low) / full) * width * k, 0).scale(k));
    this.#syncing = false;
  }
}
