/// <reference lib="dom" />
/** Keys and legend, in a dialog. */
import { legend } from '../kinds.ts';
import { el, svg } from './dom.ts';
import type { Key } from './keys.ts';
import { isStroked, shapePath } from './shapes.ts';

export class Help {
  readonly element = el('dialog', { class: 'help', 'aria-label': 'Keys and legend' });

  fill(table: readonly Key[]): void {
    this.element.replaceChildren(
      el('div', { class: 'columns' },
        el('section', {}, el('h2', {}, 'Keys'), el('dl', {}, ...table.map((key) => el('div', {}, el('dt', {}, ...key.shown.split(' ').map((one) => el('kbd', {}, one))), el('dd', {}, key.what))))),
        el('section', {}, el('h2', {}, 'Legend'),
          el('ul', { class: 'legend' }, ...legend.map(({ shape, tone, name }) => el('li', {}, svg('svg', { class: `icon tone-${tone}${isStroked(shape) ? ' stroked' : ''}`, viewBox: '-6 -6 12 12', width: 14, height: 14 }, svg('path', { d: shapePath[shape] })), name))),
          el('ul', { class: 'legend' },
            sample('M0 4H26', '', 'delivered'), sample('M0 4H20', '4 3', 'dropped', 'M16 0L24 8M24 0L16 8'), sample('M0 4H22', '2 3', 'still in flight'), sample('M0 2H26M0 6H26', '', 'delivered twice')),
          el('p', {}, 'Hatched: a fault is on. A grey strip: too many events to draw one by one; crashes, faults and violations always are. An S3 request leaves its node, is a bar on the S3 lane, and returns.'))),
      el('button', { click: () => this.element.close() }, 'Close'));
  }

  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }
}

const sample = (path: string, dash: string, name: string, extra = ''): HTMLElement =>
  el('li', {}, svg('svg', { class: 'sample', width: 28, height: 8 }, svg('path', { d: path, 'stroke-dasharray': dash }), ...(extra ? [svg('path', { d: extra })] : [])), name);
