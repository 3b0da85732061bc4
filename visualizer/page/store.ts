/// <reference lib="dom" />
/** The one state of the page. Panels subscribe; changes within a frame are told once. */
import type { Axis } from '../layout/view.ts';

export type Slice = 'full' | 'cone' | 'evidence';

export interface State {
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
  /** Index of the selected event; -1 for none. */
  readonly selected: number;
  readonly slice: Slice;
  /** Whose past the cone shows; -1 for the violation's. */
  readonly coneOf: number;
  readonly query: string;
  /** Which violation is told; -1 when there is none. */
  readonly chapter: number;
  /** The step of the explanation last jumped to; -1 for none. */
  readonly step: number;
  readonly playing: boolean;
  readonly speed: number;
}

export type Listener = (state: State, changed: ReadonlySet<keyof State>) => void;

export class Store {
  #state: State;
  readonly #listeners: Listener[] = [];
  #changed = new Set<keyof State>();
  #scheduled = false;

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  subscribe(listener: Listener): void {
    this.#listeners.push(listener);
  }

  set(patch: Partial<State>): void {
    for (const key of Object.keys(patch) as (keyof State)[]) if (patch[key] !== this.#state[key]) this.#changed.add(key);
    if (this.#changed.size === 0) return;
    this.#state = { ...this.#state, ...patch };
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => this.#tell());
  }

  #tell(): void {
    this.#scheduled = false;
    const changed = this.#changed;
    this.#changed = new Set();
    for (const listener of this.#listeners) listener(this.#state, changed);
  }
}
