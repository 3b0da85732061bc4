/// <reference lib="dom" />
/** What a newcomer reads first: the verdict, why, how to run it again, and which faults were in play. */
import { clockTime } from '../describe.ts';
import { el, type Child } from './dom.ts';
import type { Model } from './model.ts';

export class StoryPanel {
  readonly element = el('aside', { class: 'story', 'aria-label': 'What happened' });
  readonly #model: Model;
  readonly #notice: string;

  constructor(model: Model, notice: string) {
    this.#model = model;
    this.#notice = notice;
    model.store.subscribe((_, changed) => {
      if (changed.has('chapter') || changed.has('step')) this.draw();
    });
  }

  draw(): void {
    const { story, trace } = this.#model.scene;
    const chapter = this.#model.chapter();
    const notices = [...trace.notices, ...(this.#notice === '' ? [] : [this.#notice])];
    this.element.replaceChildren(
      el('div', { class: `verdict ${story.outcome}` },
        el('span', { class: 'sign', 'aria-hidden': 'true' }, story.outcome === 'held' ? '\u2713' : story.outcome === 'violated' ? '!' : '?'),
        el('div', {}, el('h1', {}, story.headline), el('p', { class: 'invariant' }, chapter ? chapter.invariant : this.#overview()))),
      ...(chapter ? this.#chapter() : story.outcome === 'held' ? [el('p', { class: 'summary' }, 'No invariant found anything wrong in what the clients were told and saw.')] : []),
      ...notices.map((notice) => el('p', { class: 'notice', role: 'note' }, notice)),
      this.#command(story.command),
      ...this.#faults(),
      ...this.#counters(),
    );
  }

  #overview(): string {
    const { trace, scene } = this.#model;
    const faults = scene.faults.length;
    return `${trace.count.toLocaleString('en')} events in ${clockTime(trace.endUs).replace(/\.\d+/, '')} under ${faults} ${faults === 1 ? 'fault' : 'faults'}`;
  }

  #chapter(): (Node & Child)[] {
    const chapter = this.#model.chapter()!;
    const { step, chapter: number } = this.#model.state;
    const { chapters } = this.#model.scene.story;
    return [
      ...(chapters.length > 1 ? [el('nav', { class: 'chapters', 'aria-label': 'Violations' }, ...chapters.map((other, at) => el('button', { class: at === number ? 'current' : '', 'aria-pressed': String(at === number), title: other.invariant, click: () => this.#model.openChapter(at) }, String(at + 1))))] : []),
      el('p', { class: 'summary' }, chapter.summary),
      el('p', { class: 'blame' }, blameOf(chapter.blame)),
      ...(chapter.steps.length > 0 ? [el('h2', {}, 'Why'), el('ol', { class: 'steps' }, ...chapter.steps.map((one, at) =>
        el('li', { class: at === step ? 'current' : '' }, el('button', { 'aria-current': at === step ? 'step' : 'false', click: () => this.#model.jumpToStep(at) },
          el('span', { class: 'number', 'aria-hidden': 'true' }, String(at + 1)),
          el('span', {}, el('span', { class: 'because' }, one.because), el('small', {}, (one.from.index === one.to.index ? one.to.label : `${one.from.label} \u2192 ${one.to.label}`).replaceAll(/ s\b/g, '\u00a0s')))))))] : []),
    ];
  }

  /** The heading carries the button, so that the command itself gets the whole line. */
  #command(command: string): HTMLElement {
    const { plan, planFile } = this.#model.trace.header;
    return el('section', { class: 'command' },
      el('h2', {}, 'Run it again', copyButton('Copy', 'Copy the command', command)),
      // Broken between its options only.
      el('code', {}, ...command.split(/ (?=--)/).flatMap((part, at) => [at === 0 ? '' : ' ', el('span', {}, part)])),
      planFile === undefined ? null : el('p', { class: 'hint' }, 'Its faults are not those of the seed alone, but of this plan: ',
        el('a', { class: 'copy', download: planFile, href: `data:application/json;charset=utf-8,${encodeURIComponent(`${JSON.stringify(plan, null, 2)}\n`)}` }, `Save ${planFile}`)));
  }

  #faults(): HTMLElement[] {
    const { trace, scene } = this.#model;
    const reports = trace.footer?.faults ?? scene.faults.map((fault) => ({ id: fault.id, description: fault.label, beginUs: fault.beginUs, endUs: fault.endUs, fired: true, affected: NaN }));
    if (reports.length === 0) return [];
    return [el('h2', {}, 'Faults'), el('table', { class: 'faults' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Armed'), el('th', { scope: 'col' }, 'Fired'), el('th', { scope: 'col' }, 'Affected'))),
      el('tbody', {}, ...reports.map((report) => {
        const spell = scene.faults.find((fault) => fault.id === report.id);
        return el('tr', { class: report.fired && report.affected !== 0 ? '' : 'idle' },
          el('td', {}, el('button', { click: () => spell && this.#jumpToFault(spell.begin, spell.end) }, report.description)),
          el('td', {}, report.fired ? clockTime(report.beginUs).replace(/(\.\d)\d+/, '$1') : 'never'),
          el('td', {}, Number.isNaN(report.affected) ? '' : report.affected === 0 ? 'nothing' : report.affected.toLocaleString('en')));
      })))];
  }

  #jumpToFault(begin: number, end: number): void {
    this.#model.store.set({ selected: begin, step: -1 });
    this.#model.showEvents(end >= 0 ? [begin, end] : [begin], 0.4);
  }

  /** What a good run must have met to mean something, then the bare counts for those who look. */
  #counters(): HTMLElement[] {
    const entries = Object.entries(this.#model.trace.footer?.counters ?? {});
    const met = entries.filter(([name]) => name.startsWith(sometimes)).map(([name, value]) => [name.slice(sometimes.length), value === 0 ? 'never' : `${value.toLocaleString('en')}\u00d7`] as const);
    const counts = entries.filter(([name]) => !name.startsWith(sometimes)).map(([name, value]) => [name, value.toLocaleString('en')] as const);
    const table = (rows: readonly (readonly [string, string])[]): HTMLElement => el('dl', {}, ...rows.map(([name, value]) => el('div', { class: value === 'never' ? 'never' : '' }, el('dt', {}, name), el('dd', {}, value))));
    return [
      ...(met.length > 0 ? [el('h2', {}, 'Met on the way'), table(met)] : []),
      ...(counts.length > 0 ? [el('details', { open: met.length === 0 && this.#model.scene.story.outcome === 'held' }, el('summary', {}, 'Counters'), table(counts))] : []),
    ];
  }
}

const sometimes = 'sometimes ';

const blameOf = (blame: string): string => (blame === 'broker' ? 'A bug in the broker.' : blame === 'client' ? 'A bug in the client library.' : blame === 'storage' ? 'The object store broke its contract.' : blame === 'application' ? 'A bug in the application.' : 'A bug in the simulator itself.');

function copyButton(label: string, title: string, text: string): HTMLElement {
  const said = el('span', { role: 'status' }, label);
  return el('button', { class: 'copy', title, click: () => {
    void copy(text).then((done) => {
      said.textContent = done ? 'Copied' : 'Could not copy';
      setTimeout(() => (said.textContent = label), 1600);
    });
  } }, said);
}

/** Pages from disk may lack the clipboard: then the old way, and if that fails too the text is there to select. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const area = el('textarea', { class: 'offscreen' });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
