/// <reference lib="dom" />
/** One event in full: what it is, its args, why it happened, what it led to. */
import { causeChain } from '../cone.ts';
import { clockTime, describe, duration } from '../describe.ts';
import { argsOf, kindOf, nodeOf } from '../trace.ts';
import { el, type Child } from './dom.ts';
import { icon } from './event-list.ts';
import type { Model } from './model.ts';

const longestChain = 12;
const mostEffects = 12;

export class Inspector {
  readonly element = el('section', { class: 'inspector', 'aria-label': 'Selected event' });
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
    model.store.subscribe((_, changed) => {
      if (changed.has('selected') || changed.has('chapter')) this.draw();
    });
  }

  draw(): void {
    const { selected } = this.#model.state;
    this.element.scrollTop = 0;
    this.element.replaceChildren(...(selected < 0 ? [el('p', { class: 'hint' }, 'Select an event to see its arguments, why it happened and what it led to.')] : this.#event(selected)));
  }

  #event(event: number): Child[] & Node[] {
    const { trace } = this.#model;
    const kind = kindOf(trace, event);
    const chain = causeChain(trace, event, longestChain);
    const effects = this.#model.effects.of(event);
    const other = trace.pair[event]!;
    return [
      el('header', {}, icon(kind), el('h2', {}, `${nodeOf(trace, event)} ${describe(trace, event)}`)),
      el('p', { class: 'where' }, `${kind} \u00b7 ${clockTime(trace.t[event]!, true)} \u00b7 event ${trace.seq[event]}`),
      this.#args(event),
      ...(other >= 0 ? [el('h3', {}, other > event ? `Ends ${duration(trace.t[other]! - trace.t[event]!)} later` : `Began ${duration(trace.t[event]! - trace.t[other]!)} before`), this.#links([other], event)] : []),
      el('h3', {}, 'Because'),
      chain.length > 0 ? this.#links(chain, event) : el('p', { class: 'hint' }, 'Nothing recorded caused this: it begins a chain.'),
      el('h3', {}, effects.length === 0 ? 'Led to' : `Led to ${effects.length}`),
      effects.length > 0 ? this.#links([...effects.subarray(0, mostEffects)], event) : el('p', { class: 'hint' }, 'Nothing recorded.'),
      ...(effects.length > mostEffects ? [el('p', { class: 'hint' }, `and ${effects.length - mostEffects} more`)] : []),
    ];
  }

  #args(event: number): HTMLElement {
    const rows = Object.entries(argsOf(this.#model.trace, event)).map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, typeof value === 'string' ? value : JSON.stringify(value))));
    return rows.length > 0 ? el('dl', {}, ...rows) : el('p', { class: 'hint' }, 'No arguments.');
  }

  #links(events: readonly number[], from: number): HTMLElement {
    const { trace } = this.#model;
    return el('ol', { class: 'links' }, ...events.map((event) => {
      const apart = trace.t[event]! - trace.t[from]!;
      return el('li', {}, el('button', { click: () => this.#model.select(event), title: kindOf(trace, event) },
        icon(kindOf(trace, event)),
        el('span', { class: 'node' }, nodeOf(trace, event)),
        el('span', { class: 'phrase' }, describe(trace, event)),
        el('small', {}, apart === 0 ? 'same time' : `${apart < 0 ? '\u2212' : '+'}${duration(Math.abs(apart))}`)));
    }));
  }
}
