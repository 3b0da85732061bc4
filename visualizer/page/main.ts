/// <reference lib="dom" />
/** The page: reads the embedded trace, opens at the violation, and wires panels to one state. Start here. */
import { prepare, type Scene } from '../layout.ts';
import { framedWith } from '../layout/bands.ts';
import { extentOf, positionOf } from '../layout/view.ts';
import { readTrace } from '../trace-reader.ts';
import { keepLink, readLink } from './deep-link.ts';
import { el } from './dom.ts';
import { EventList } from './event-list.ts';
import { Help } from './help.ts';
import { Inspector } from './inspector.ts';
import { keyTable, listenToKeys } from './keys.ts';
import { embeddedNotice, embeddedTrace } from './load.ts';
import { Minimap } from './minimap.ts';
import { Model } from './model.ts';
import { Player } from './player.ts';
import { Stage } from './stage.ts';
import { Store, type State } from './store.ts';
import { StoryPanel } from './story-panel.ts';
import { Toolbar } from './toolbar.ts';

async function main(app: HTMLElement): Promise<void> {
  const started = performance.now();
  const trace = readTrace(await embeddedTrace());
  const read = performance.now();
  const scene = prepare(trace);
  const store = new Store(opening(scene));
  const model = new Model(scene, store);
  const prepared = performance.now();
  const stage = open(app, model);
  // For the live test and the bench; nothing on the page depends on it.
  Object.assign(globalThis, { wavetank: { model, stage, openedMs: { read: read - started, prepare: prepared - read, draw: performance.now() - prepared } } });
}

/** Where the page opens: at the violation with its past, or on the whole run. */
function opening(scene: Scene): State {
  const { trace, story } = scene;
  const chapter = story.chapters[0];
  const extent = extentOf(trace, 'time');
  const ends = framedWith(trace, scene.faults, chapter?.evidence ?? []).map((index) => positionOf(trace, 'time', index));
  const [first, last] = [ends[0] ?? 0, ends.at(-1) ?? extent];
  const air = ends.length > 0 ? Math.max(2000, (last - first) * 0.12) : extent;
  const from = Math.max(-extent * 0.02, first - air);
  const to = Math.min(extent * 1.02, last + air);
  return {
    axis: 'time', from, to, selected: chapter?.at ?? -1, slice: chapter?.opening ?? 'full', coneOf: -1, query: '',
    chapter: chapter ? 0 : -1, step: -1, playing: false, speed: 1,
    ...readLink(trace, location.hash),
  };
}

function open(app: HTMLElement, model: Model): Stage {
  const player = new Player(model);
  const help = new Help();
  const toolbar = new Toolbar(model, player, () => help.toggle());
  const story = new StoryPanel(model, embeddedNotice());
  const stage = new Stage(model);
  const minimap = new Minimap(model);
  const list = new EventList(model);
  const inspector = new Inspector(model);
  app.replaceChildren(toolbar.element, story.element, el('main', {}, minimap.element, stage.element, el('div', { class: 'detail' }, list.element, inspector.element)), help.element);
  const table = keyTable({
    model,
    search: () => toolbar.focusSearch(),
    play: () => player.toggle(),
    help: () => help.toggle(),
    escape: () => {
      player.stop();
      model.store.set({ query: '', selected: -1, step: -1 });
    },
  });
  help.fill(table);
  listenToKeys(table);
  window.addEventListener('hashchange', () => model.store.set(readLink(model.trace, location.hash)));
  keepLink(model.trace, model.store);
  story.draw();
  inspector.draw();
  stage.draw();
  minimap.draw();
  list.open();
  return stage;
}

const app = document.getElementById('app')!;
main(app).catch((error: unknown) => {
  app.replaceChildren(el('div', { class: 'failed', role: 'alert' }, el('h1', {}, 'This trace cannot be shown'), el('p', {}, error instanceof Error ? error.message : String(error))));
});
