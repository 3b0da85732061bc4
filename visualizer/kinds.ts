/** How a kind of event looks: a shape and a tone, so that neither colour nor form carries the meaning alone. */

export type Shape = 'circle' | 'ring' | 'square' | 'diamond' | 'triangle' | 'tick' | 'cross' | 'flag' | 'hexagon' | 'play';
export type Tone = 'client' | 'network' | 'storage' | 'broker' | 'log' | 'group' | 'fault' | 'life' | 'other';

export interface Glyph {
  readonly shape: Shape;
  readonly tone: Tone;
  /** Larger draws above smaller when marks share a place. */
  readonly weight: number;
  /** Drawn one by one however many events there are. */
  readonly always: boolean;
}

export function glyphOf(kind: string): Glyph {
  const special = specials[kind];
  if (special) return special;
  const room = kind.slice(0, Math.max(0, kind.indexOf('.')));
  return rooms[room] ?? { shape: 'tick', tone: 'other', weight: 1, always: false };
}

const plain = (shape: Shape, tone: Tone, weight: number): Glyph => ({ shape, tone, weight, always: false });
const always = (shape: Shape, tone: Tone, weight: number): Glyph => ({ shape, tone, weight, always: true });

const specials: Readonly<Record<string, Glyph>> = {
  'node.kill': always('cross', 'fault', 9),
  'node.crash': always('cross', 'fault', 9),
  'op.crash': always('cross', 'fault', 9),
  'node.start': always('play', 'life', 7),
  'node.sigterm': always('flag', 'fault', 8),
  'node.exit': always('square', 'life', 8),
  'node.pause': always('square', 'life', 7),
  'node.resume': always('play', 'life', 7),
  'run.phase': always('tick', 'life', 2),
  'store.apply': plain('tick', 'storage', 1),
  'fault.begin': always('flag', 'fault', 8),
  'fault.end': always('flag', 'fault', 8),
  'op.send.fail': plain('cross', 'client', 6),
  'op.commit.fail': plain('cross', 'client', 6),
  'op.send.unknown': plain('ring', 'client', 6),
  'op.commit.unknown': plain('ring', 'client', 6),
  'net.drop': plain('cross', 'network', 4),
  'group.refused': plain('cross', 'group', 5),
};

const rooms: Readonly<Record<string, Glyph>> = {
  op: plain('circle', 'client', 5),
  net: plain('tick', 'network', 1),
  s3: plain('square', 'storage', 3),
  broker: plain('diamond', 'broker', 2),
  partition: plain('triangle', 'log', 4),
  wal: plain('square', 'log', 3),
  meta: plain('square', 'log', 3),
  upload: plain('square', 'log', 3),
  recovery: plain('triangle', 'log', 4),
  controller: plain('hexagon', 'group', 5),
  group: plain('hexagon', 'group', 4),
  node: plain('play', 'life', 6),
  clock: plain('flag', 'fault', 6),
};

/** For the legend and the help: what each tone stands for. */
export const legend: readonly { readonly shape: Shape; readonly tone: Tone; readonly name: string }[] = [
  { shape: 'circle', tone: 'client', name: 'client operation' },
  { shape: 'tick', tone: 'network', name: 'message' },
  { shape: 'diamond', tone: 'broker', name: 'request' },
  { shape: 'triangle', tone: 'log', name: 'log' },
  { shape: 'square', tone: 'storage', name: 'S3' },
  { shape: 'hexagon', tone: 'group', name: 'group' },
  { shape: 'cross', tone: 'fault', name: 'kill, crash' },
];
