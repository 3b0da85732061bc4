/// <reference lib="dom" />
/** The glyphs of events as paths, around 0,0, about 8 px across: one set for canvas and SVG. */
import type { Shape } from '../kinds.ts';

export const shapePath: Readonly<Record<Shape, string>> = {
  circle: 'M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0Z',
  ring: 'M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0Z',
  square: 'M-3 -3H3V3H-3Z',
  diamond: 'M0 -4.2L4.2 0L0 4.2L-4.2 0Z',
  triangle: 'M0 -4.2L4.2 3.4H-4.2Z',
  tick: 'M-0.75 -3.5H0.75V3.5H-0.75Z',
  cross: 'M-4 -4L4 4M4 -4L-4 4',
  flag: 'M-3 5V-5L5 -2.2L-3 0.6',
  hexagon: 'M-4.2 0L-2.1 -3.7H2.1L4.2 0L2.1 3.7H-2.1Z',
  play: 'M-3 -4L4.4 0L-3 4Z',
};

/** Drawn as a line rather than an area. */
export const isStroked = (shape: Shape): boolean => shape === 'cross' || shape === 'ring';
