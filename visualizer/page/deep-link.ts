/// <reference lib="dom" />
/** The view in the address: `#e=1042&z=3.2e6-3.4e6&x=order&s=cone`. A link opens the same moment; events are named by seq. */
import { indexOfSeq, type Trace } from '../trace.ts';
import type { State, Store } from './store.ts';

export function readLink(trace: Trace, hash: string): Partial<State> {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const link: { -readonly [K in keyof State]?: State[K] } = {};
  const selected = fields.has('e') ? indexOfSeq(trace.seq, trace.count, Number(fields.get('e'))) : -1;
  if (selected >= 0) link.selected = selected;
  const [, from, to] = /^(-?\d+)-(-?\d+)$/.exec(fields.get('z') ?? '') ?? [];
  if (from !== undefined && to !== undefined && Number(from) < Number(to)) {
    link.from = Number(from);
    link.to = Number(to);
  }
  if (fields.get('x') === 'order') link.axis = 'order';
  const slice = fields.get('s');
  if (slice === 'cone' || slice === 'evidence' || slice === 'full') link.slice = slice;
  if (fields.has('q')) link.query = fields.get('q')!;
  return link;
}

export function linkOf(trace: Trace, state: State): string {
  const fields = [`z=${Math.round(state.from)}-${Math.round(state.to)}`, `s=${state.slice}`];
  if (state.selected >= 0) fields.unshift(`e=${trace.seq[state.selected]}`);
  if (state.axis === 'order') fields.push('x=order');
  if (state.query !== '') fields.push(`q=${encodeURIComponent(state.query)}`);
  return `#${fields.join('&')}`;
}

/** Written when things have come to rest: browsers limit how often the address may change. */
export function keepLink(trace: Trace, store: Store): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  store.subscribe((state) => {
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, '', linkOf(trace, state)), 250);
  });
}
