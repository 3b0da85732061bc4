/// <reference lib="dom" />
/** The whole run in one strip, with a brush for the window. Always shows where faults and violations are. */
import { brushX, select, type D3BrushEvent } from 'd3';
import { positionOf, type Axis } from '../layout/view.ts';
import { el, svg } from './dom.ts';
import type { Model } from './model.ts';
import { onPaletteChange, readPalette } from './palette.ts';

const heightPx = 40;

export class Minimap {
  readonly element: HTMLElement;
  readonly #model: Model;
  readonly #canvas = el('canvas', { 'aria-hidden': 'true' });
  readonly #svg = svg('svg', { 'aria-hidden': 'true' });
  readonly #brush = brushX<unknown>();
  #drawn = '';
  #syncing = false;
  #brushing = false;
  #sized = 0;

  constructor(model: Model) {
    this.#model = model;
    this.element = el('div', { class: 'minimap' }, el('div', { class: 'corner' }, 'whole run'), el('div', { class: 'minimap-plot' }, this.#canvas, this.#svg));
    this.#brush.on('start brush end', (event: D3BrushEvent<unknown>) => {
      if (this.#syncing || !event.sourceEvent) return;
      this.#brushing = event.type !== 'end'; // setting the brush while it is dragged would end the drag
      if (event.type === 'start') return;
      if (!event.selection) return model.showAll();
      const [x0, x1] = event.selection as [number, number];
      if (event.type === 'end' && x1 - x0 < 2) return model.showAll();
      const { low, full } = model.frame();
      model.show(low + (x0 / this.#width()) * full, low + (x1 / this.#width()) * full, false);
    });
    new ResizeObserver(() => this.draw()).observe(this.element);
    onPaletteChange(() => {
      this.#drawn = '';
      this.draw();
    });
    model.store.subscribe((_, changed) => {
      if (['from', 'to', 'axis', 'slice', 'query', 'coneOf', 'chapter'].some((key) => changed.has(key as 'from'))) this.draw();
    });
  }

  #width(): number {
    return this.#svg.parentElement?.clientWidth ?? 0;
  }

  draw(): void {
    const width = this.#width();
    if (width < 50) return;
    const { axis, from, to, slice, coneOf, query, chapter } = this.#model.state;
    const key = [width, axis, slice, coneOf, query, chapter].join(' ');
    if (key !== this.#drawn) this.#paint(width, axis);
    this.#drawn = key;
    const { low, full } = this.#model.frame();
    const x = (position: number): number => Math.max(0, Math.min(width, ((position - low) / full) * width));
    if (this.#brushing) return;
    const group = select(this.#svg).selectAll<SVGGElement, unknown>('g.brush').data<unknown>([null]).join('g').attr('class', 'brush');
    this.#syncing = true;
    if (this.#sized !== width) {
      select(this.#svg).attr('width', width).attr('height', heightPx);
      group.call(this.#brush.extent([[0, 0], [width, heightPx]]));
      this.#sized = width;
    }
    group.call(this.#brush.move, [Math.min(width - 3, x(from)), Math.max(x(from) + 3, x(to))]);
    this.#syncing = false;
  }

  #paint(width: number, axis: Axis): void {
    const { trace, scene } = this.#model;
    const palette = readPalette();
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(heightPx * ratio);
    this.#canvas.style.width = `${width}px`;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    context.scale(ratio, ratio);
    const { low, full } = this.#model.frame();
    const x = (index: number): number => ((positionOf(trace, axis, index) - low) / full) * width;
    const focus = this.#model.focus();
    const all = new Float32Array(width + 1);
    const inFocus = new Float32Array(width + 1);
    for (let i = 0; i < trace.count; i++) {
      const column = Math.floor(x(i));
      all[column]!++;
      if (focus?.[i]) inFocus[column]!++;
    }
    const most = Math.sqrt(all.reduce((a, b) => Math.max(a, b), 1));
    context.fillStyle = palette.tones.fault;
    for (const fault of scene.faults) {
      const x0 = x(fault.begin);
      const x1 = fault.end >= 0 ? x(fault.end) : width;
      context.globalAlpha = 0.13;
      context.fillRect(x0, 0, x1 - x0, heightPx);
      context.globalAlpha = 0.8;
      context.fillRect(x0, 0, x1 - x0, 2);
    }
    context.fillStyle = palette.tones.network;
    for (let column = 0; column <= width; column++) {
      const height = (Math.sqrt(all[column]!) / most) * (heightPx - 10);
      context.globalAlpha = focus ? 0.3 : 0.7;
      context.fillRect(column, heightPx - 2 - height, 1, height);
    }
    context.globalAlpha = 1;
    context.fillStyle = palette.accent;
    for (let column = 0; column <= width; column++) if (inFocus[column]! > 0) context.fillRect(column, heightPx - 8, 1.5, 6);
    context.fillStyle = palette.alarm;
    for (const { at } of scene.story.chapters) {
      if (at < 0) continue;
      context.fillRect(x(at) - 1, 0, 2, heightPx);
      context.beginPath();
      context.moveTo(x(at) - 5, 0);
      context.lineTo(x(at) + 5, 0);
      context.lineTo(x(at), 7);
      context.fill();
    }
  }
}
