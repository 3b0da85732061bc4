/// <reference lib="dom" />
/** The top line: which run this is, what is shown of it, search, play. */
import { el } from './dom.ts';
import type { Model } from './model.ts';
import type { Player } from './player.ts';
import type { Slice, State } from './store.ts';

export class Toolbar {
  readonly element: HTMLElement;
  readonly #model: Model;
  readonly #search = el('input', { type: 'search', placeholder: 'kind:s3.put node:b1 text', 'aria-label': 'Search events', title: 'Search ( / ). Enter: next match', spellcheck: 'false' });
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #play: HTMLButtonElement;
  readonly #speed: HTMLButtonElement;

  constructor(model: Model, player: Player, help: () => void) {
    this.#model = model;
    const { header } = model.trace;
    const hasStory = model.scene.story.chapters.length > 0;
    const slice = (name: Slice, label: string, title: string): HTMLButtonElement => this.#button(`slice ${name}`, label, title, () => model.setSlice(name));
    this.#play = el('button', { class: 'play', title: 'Play through the events (Space)', click: () => player.toggle() }, '\u25b6');
    this.#speed = el('button', { class: 'speed', title: 'Speed of play', click: () => player.nextSpeed() }, '\u00d71');
    this.#search.addEventListener('input', () => model.store.set({ query: this.#search.value }));
    this.#search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') model.step(event.shiftKey ? -1 : 1, false);
      if (event.key === 'Escape') {
        model.store.set({ query: '' });
        this.#search.blur();
      }
      event.stopPropagation();
    });
    this.element = el('header', { class: 'toolbar' },
      el('div', { class: 'run' }, el('strong', {}, 'Wavetank'), el('span', {}, header.scenario), el('span', { class: 'seed' }, `seed ${header.seed}`)),
      el('div', { class: 'tools' },
        this.#search,
        el('div', { class: 'group', role: 'group', 'aria-label': 'Which events' }, slice('full', 'All', 'Every event'), slice('cone', 'Cone', 'Only what led to it (C)'), ...(hasStory ? [slice('evidence', 'Evidence', 'Only the events that prove it')] : [])),
        el('div', { class: 'group', role: 'group', 'aria-label': 'Axis' },
          this.#button('axis time', 'Time', 'Virtual time (T)', () => model.setAxis('time')),
          this.#button('axis order', 'Order', 'One place an event: squeezes quiet times (T)', () => model.setAxis('order'))),
        el('div', { class: 'group' }, this.#play, this.#speed),
        el('div', { class: 'group' }, el('button', { title: 'Whole run (0)', click: () => model.showAll() }, 'Fit'), el('button', { title: 'Keys and legend (?)', 'aria-label': 'Help', click: help }, '?'))));
    model.store.subscribe((state) => this.draw(state));
    this.draw(model.state);
  }

  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }

  draw(state: State): void {
    for (const [name, button] of this.#buttons) {
      const on = name === `slice ${state.slice}` || name === `axis ${state.axis}`;
      button.setAttribute('aria-pressed', String(on));
    }
    if (document.activeElement !== this.#search) this.#search.value = state.query;
    this.#play.textContent = state.playing ? '\u2016' : '\u25b6';
    this.#play.setAttribute('aria-label', state.playing ? 'Pause' : 'Play');
    this.#speed.textContent = `\u00d7${state.speed}`;
    const none = this.#model.scene.story.chapters.length === 0 && state.selected < 0;
    this.#buttons.get('slice cone')!.disabled = none;
  }

  #button(name: string, label: string, title: string, click: () => void): HTMLButtonElement {
    const button = el('button', { title, click }, label);
    this.#buttons.set(name, button);
    return button;
  }
}
