/// <reference lib="dom" />
/** Colours come from the style sheet, so that light, dark and print are decided in one place. */
import type { Tone } from '../kinds.ts';

export interface Palette {
  readonly tones: Readonly<Record<Tone, string>>;
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly line: string;
  readonly panel: string;
  readonly lane: string;
  readonly hatch: string;
  readonly alarm: string;
  readonly accent: string;
  readonly font: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const tones: Record<Tone, string> = {
    client: get('client'), network: get('network'), storage: get('storage'), broker: get('broker'), log: get('log'),
    group: get('group'), fault: get('fault'), life: get('life'), other: get('network'),
  };
  return { tones, ink: get('ink'), soft: get('soft'), faint: get('faint'), line: get('line'), panel: get('panel'), lane: get('lane'), hatch: get('hatch'), alarm: get('alarm'), accent: get('accent'), font: get('font') };
}

export function onPaletteChange(changed: () => void): void {
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) matchMedia(query).addEventListener('change', changed);
}
