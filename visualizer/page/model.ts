/// <reference lib="dom" />
/** The scene and the state together: which events are in focus, and the moves that keys and clicks make. */
import { interpolateZoom } from 'd3';
import { causalPast, causeOf, Effects } from '../cone.ts';
import type { Scene } from '../layout.ts';
import { framedWith } from '../layout/bands.ts';
import { convertWindow, clamp, extentOf, positionOf } from '../layout/view.ts';
import { search } from '../search.ts';
import type { Chapter } from '../story.ts';
import { lowerBound, type Trace } from '../trace.ts';
import { reducedMotion } from './dom.ts';
import type { Slice, State, Store } from './store.ts';

/** Closest zoom: 40 microseconds or six events across. */
const leastUs = 40;
const leastEvents = 6;
const flightMs = 320;

export class Model {
  readonly trace: Trace;
  readonly effects: Effects;
  #key = '';
  #focus: Uint8Array | null = null;
  #flight = 0;

  constructor(readonly scene: Scene, readonly store: Store) {
    this.trace = scene.trace;
    this.effects = new Effects(scene.trace);
  }

  get state(): State {
    return this.store.state;
  }

  chapter(): Chapter | undefined {
    return this.scene.story.chapters[this.state.chapter];
  }

  /** 1 for what the slice and the search leave; null when nothing is faded. */
  focus(): Uint8Array | null {
    const { slice, coneOf, chapter, query } = this.state;
    const key = `${slice} ${coneOf} ${chapter} ${query}`;
    if (key === this.#key) return this.#focus;
    this.#key = key;
    const sliced = this.#slice();
    const hits = search(this.trace, query);
    if (sliced && hits) for (let i = 0; i < hits.length; i++) hits[i]! &= sliced[i]!;
    this.#focus = hits ?? sliced;
    return this.#focus;
  }

  #slice(): Uint8Array | null {
    const { slice, coneOf } = this.state;
    const chapter = this.chapter();
    if (slice === 'full' || (!chapter && coneOf < 0)) return null;
    if (slice === 'cone') return causalPast(this.trace, coneOf >= 0 ? [coneOf] : chapter!.evidence);
    const mask = new Uint8Array(this.trace.count);
    for (const index of chapter?.evidence ?? []) mask[index] = 1;
    return mask;
  }

  /** What the widest window shows: the whole run and a little air. */
  frame(): { readonly low: number; readonly full: number } {
    const extent = this.extent();
    return { low: -extent * 0.02, full: extent * 1.04 };
  }

  extent(): number {
    return extentOf(this.trace, this.state.axis);
  }

  /** Selects, and brings the event into the window if it is outside. */
  select(index: number, step = -1): void {
    if (index < 0 || index >= this.trace.count) return;
    this.store.set({ selected: index, step });
    const { from, to, axis } = this.state;
    const at = positionOf(this.trace, axis, index);
    const margin = (to - from) * 0.04;
    if (at < from + margin || at > to - margin) this.show(at - (to - from) / 2, at + (to - from) / 2);
  }

  /** Both ends of a step in the window, and the later one selected. */
  jumpToStep(number: number): void {
    const step = this.chapter()?.steps[number];
    if (!step) return;
    const ends = [step.from.index, step.to.index].filter((index) => index >= 0);
    const last = ends.at(-1);
    if (last === undefined) return;
    this.store.set({ selected: last, step: number });
    this.showEvents(ends, 0.35);
  }

  /** A window around events, with some air on both sides. */
  showEvents(indices: readonly number[], air: number): void {
    if (indices.length === 0) return;
    const positions = indices.map((index) => positionOf(this.trace, this.state.axis, index));
    const low = Math.min(...positions);
    const high = Math.max(...positions);
    const span = Math.max(high - low, this.state.axis === 'time' ? 2000 : 16);
    this.show(low - span * air, high + span * air);
  }

  /** Moves the window, in a short flight unless motion is unwelcome. */
  show(from: number, to: number, fly = true): void {
    const target = this.#bounded(from, to);
    cancelAnimationFrame(this.#flight);
    if (!fly || reducedMotion()) return this.store.set(target);
    const { from: f, to: t } = this.state;
    const path = interpolateZoom([(f + t) / 2, 0, t - f], [(target.from + target.to) / 2, 0, target.to - target.from]);
    const started = performance.now();
    const frame = (now: number): void => {
      const progress = clamp((now - started) / flightMs, 0, 1);
      if (progress >= 1) return this.store.set(target);
      const [centre, , width] = path(1 - (1 - progress) ** 3);
      this.store.set({ from: centre - width / 2, to: centre + width / 2 });
      this.#flight = requestAnimationFrame(frame);
    };
    this.#flight = requestAnimationFrame(frame);
  }

  #bounded(from: number, to: number): { from: number; to: number } {
    const { low, full } = this.frame();
    const width = clamp(to - from, this.state.axis === 'time' ? leastUs : leastEvents, full);
    const start = clamp((from + to - width) / 2, low, low + full - width);
    return { from: start, to: start + width };
  }

  zoomBy(factor: number): void {
    const { from, to, selected, axis } = this.state;
    const at = selected >= 0 ? positionOf(this.trace, axis, selected) : (from + to) / 2;
    const anchor = at >= from && at <= to ? at : (from + to) / 2;
    this.show(anchor - (anchor - from) * factor, anchor + (to - anchor) * factor);
  }

  panBy(share: number): void {
    const { from, to } = this.state;
    this.show(from + (to - from) * share, to + (to - from) * share);
  }

  showAll(): void {
    const { low, full } = this.frame();
    this.show(low, low + full);
  }

  setAxis(axis: State['axis']): void {
    if (axis === this.state.axis) return;
    const window = convertWindow(this.trace, this.state.from, this.state.to, axis);
    this.store.set({ axis });
    this.store.set(this.#bounded(window.from, window.to));
  }

  setSlice(slice: Slice): void {
    this.store.set({ slice, coneOf: this.chapter() ? -1 : this.state.selected });
  }

  /** The cone of the selected event, or back to everything. */
  toggleCone(): void {
    const { slice, coneOf, selected } = this.state;
    const chapter = this.chapter();
    const wanted = selected < 0 || (chapter && chapter.evidence.includes(selected)) ? -1 : selected;
    if (slice === 'cone' && coneOf === wanted) this.store.set({ slice: 'full' });
    else if (wanted >= 0 || chapter) this.store.set({ slice: 'cone', coneOf: wanted });
  }

  /** The next event in focus, on the same node if asked. */
  step(direction: 1 | -1, sameNode: boolean): boolean {
    const { selected } = this.state;
    const focus = this.focus();
    const lane = selected >= 0 ? this.trace.lane[selected] : -1;
    const start = selected >= 0 ? selected + direction : this.#firstVisible();
    for (let i = start; i >= 0 && i < this.trace.count; i += direction) {
      if ((focus && !focus[i]) || (sameNode && this.trace.lane[i] !== lane)) continue;
      this.select(i);
      return true;
    }
    return false;
  }

  #firstVisible(): number {
    const { axis, from } = this.state;
    return axis === 'order' ? Math.max(0, Math.ceil(from)) : lowerBound(this.trace.t, from, 0, this.trace.count);
  }

  toCause(): void {
    if (this.state.selected >= 0) this.select(causeOf(this.trace, this.state.selected));
  }

  toEffect(): void {
    if (this.state.selected < 0) return;
    const effects = [...this.effects.of(this.state.selected)];
    const focus = this.focus();
    this.select(effects.find((effect) => focus?.[effect]) ?? effects[0] ?? -1);
  }

  /** The violation told now; told again, the next one. */
  toViolation(): void {
    const { chapters } = this.scene.story;
    if (chapters.length === 0) return;
    const again = this.state.selected === this.chapter()?.at;
    const chapter = again ? (this.state.chapter + 1) % chapters.length : Math.max(0, this.state.chapter);
    this.openChapter(chapter);
  }

  openChapter(number: number): void {
    const chapter = this.scene.story.chapters[number];
    if (!chapter) return;
    this.store.set({ chapter: number, slice: chapter.opening, coneOf: -1, selected: chapter.at, step: -1 });
    this.showEvents(framedWith(this.trace, this.scene.faults, chapter.evidence), 0.12);
  }

  /** Zooms in on the selection and what it touches directly. */
  focusSelection(): void {
    const { selected } = this.state;
    if (selected < 0) return;
    const other = this.trace.pair[selected]!;
    this.showEvents([selected, causeOf(this.trace, selected), other, ...this.effects.of(selected).subarray(0, 8)].filter((index) => index >= 0), 0.5);
  }
}
