/// <reference lib="dom" />
/** One table for the keyboard: what it does, and what the help says about it. */
import type { Model } from './model.ts';

export interface Key {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly what: string;
  readonly press: (event: KeyboardEvent) => void;
}

export interface Moves {
  readonly model: Model;
  readonly search: () => void;
  readonly play: () => void;
  readonly help: () => void;
  readonly escape: () => void;
}

export function keyTable({ model, search, play, help, escape }: Moves): Key[] {
  return [
    { keys: ['w', 's'], shown: 'W S', what: 'zoom in, out', press: (event) => model.zoomBy(event.key.toLowerCase() === 'w' ? 0.6 : 1 / 0.6) },
    { keys: ['a', 'd'], shown: 'A D', what: 'pan', press: (event) => model.panBy(event.key.toLowerCase() === 'a' ? -0.25 : 0.25) },
    { keys: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown'], shown: '\u2190 \u2192', what: 'previous, next event; with Shift on the same node', press: (event) => void model.step(/left|up/i.test(event.key) ? -1 : 1, event.shiftKey) },
    { keys: ['['], shown: '[', what: 'its cause', press: () => model.toCause() },
    { keys: [']'], shown: ']', what: 'its effect', press: () => model.toEffect() },
    { keys: ['v'], shown: 'V', what: 'the violation; again for the next', press: () => model.toViolation() },
    { keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], shown: '1\u20269', what: 'a step of the explanation', press: (event) => model.jumpToStep(Number(event.key) - 1) },
    { keys: ['f'], shown: 'F', what: 'zoom to the selected event', press: () => model.focusSelection() },
    { keys: ['0'], shown: '0', what: 'the whole run', press: () => model.showAll() },
    { keys: ['c'], shown: 'C', what: 'cone: only what led to it', press: () => model.toggleCone() },
    { keys: ['t'], shown: 'T', what: 'virtual time or order', press: () => model.setAxis(model.state.axis === 'time' ? 'order' : 'time') },
    { keys: ['/'], shown: '/', what: 'search: kind:s3.put node:b1 text', press: search },
    { keys: [' '], shown: 'Space', what: 'play, pause', press: play },
    { keys: ['?'], shown: '?', what: 'this help', press: help },
    { keys: ['escape'], shown: 'Esc', what: 'clear', press: escape },
  ];
}

export function listenToKeys(table: readonly Key[]): void {
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]') && event.key !== '?') return; // Escape closes it, and that is the browser's
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.matches('input, textarea, select') || (event.key === ' ' && target.matches('button, summary'))) return;
    const found = table.find((key) => key.keys.includes(event.key.toLowerCase()));
    if (!found) return;
    event.preventDefault();
    found.press(event);
  });
}
