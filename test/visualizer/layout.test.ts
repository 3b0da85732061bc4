/** The picture as a display list: what must be on it, where, and what may be summed up. */
import { describe, expect, test } from 'vitest';
import { eventAt, layout, prepare } from '../../visualizer/layout.ts';
import type { TraceArgs } from '../../runtime/trace.ts';
import { faultSpells, framedWith } from '../../visualizer/layout/bands.ts';
import type { DisplayList } from '../../visualizer/layout/display-list.ts';
import { convertWindow, type View } from '../../visualizer/layout/view.ts';
import { maxArrows } from '../../visualizer/layout/arrows.ts';
import { causalPast } from '../../visualizer/cone.ts';
import { readTrace } from '../../visualizer/trace-reader.ts';
import { kindOf, type Trace } from '../../visualizer/trace.ts';
import { sampleTrace } from './sample-trace.ts';
import { traceOf } from './small-trace.ts';

const view = (patch: Partial<View>): View => ({ axis: 'time', from: 0, to: 1000, width: 1000, height: 500, hidden: new Set(), focus: null, chapter: -1, ...patch });
const draw = (trace: Trace, patch: Partial<View> = {}): DisplayList => layout(prepare(trace), view(patch));
const rowOf = (list: DisplayList, node: string): DisplayList['lanes'][number] => list.lanes.find((row) => row.node === node)!;

describe('what a violation is shown with', () => {
  const fault = (id: string): TraceArgs => ({ id, kind: 'client-kill', what: `kill ${id}` });
  const trace = traceOf([
    [1_000_000, 'control', 'fault.begin', 0, fault('early')],
    [5_000_000, 'p1', 'op.poll', 0, {}],
    [5_070_000, 'p1', 'op.commit.ok', 0, {}],
    [5_180_000, 'control', 'fault.begin', 0, fault('killer')],
    [5_190_000, 'control', 'fault.begin', 0, fault('elsewhere')],
    [9_000_000, 'control', 'fault.begin', 0, fault('late')],
  ], [], { version: 1, faults: [['early', 'p1'], ['killer', 'p1'], ['elsewhere', 'b1'], ['late', 'p1']].map(([id, node]) => ({ id, target: [node] })) });

  test('the fault that hit its node a moment later, but none from far away or of others', () => {
    expect(framedWith(trace, faultSpells(trace), [1, 2])).toEqual([1, 2, 3]);
  });

  test('nothing when nothing was kept', () => {
    expect(framedWith(trace, faultSpells(trace), [])).toEqual([]);
  });
});

describe('lanes', () => {
  test('in the order of the header, control only if it speaks', () => {
    expect(draw(traceOf([[1, 'p1', 'timer', 0, {}]])).lanes.map((row) => row.node)).toEqual(['p1', 'b1', 'b2', 's3']);
    expect(draw(traceOf([[1, 'control', 'fault.begin', 0, { id: 'f', kind: 'k', what: 'w' }]])).lanes.at(-1)!.node).toBe('control');
  });

  test('a restart begins a new segment, and nothing is drawn while it is down', () => {
    const list = draw(traceOf([
      [0, 'b1', 'node.start', 0, { incarnation: 1 }],
      [300, 'b1', 'node.kill', 0, { reason: 'kill -9', dropped: 2 }],
      [600, 'b1', 'node.start', 0, { incarnation: 2 }],
      [1000, 'p1', 'timer', 0, {}],
    ]));
    expect(rowOf(list, 'b1').segments).toEqual([
      { x0: 0, x1: 300, incarnation: 1, state: 'up', end: 'killed' },
      { x0: 600, x1: 1000, incarnation: 2, state: 'up', end: 'open' },
    ]);
    expect(rowOf(list, 'p1').segments).toEqual([{ x0: 0, x1: 1000, incarnation: 1, state: 'up', end: 'open' }]);
  });

  test('a pause is a segment of its own', () => {
    const list = draw(traceOf([[100, 'b1', 'node.pause', 0, {}], [400, 'b1', 'node.resume', 0, { held: 3 }], [1000, 'p1', 'timer', 0, {}]]));
    expect(rowOf(list, 'b1').segments.map(({ x0, x1, state }) => [x0, x1, state])).toEqual([[0, 100, 'up'], [100, 400, 'paused'], [400, 1000, 'up']]);
  });
});

describe('messages', () => {
  const send = (t: number): readonly [number, string, string, number, Record<string, string | number>] => [t, 'p1', 'net.send', 0, { conn: 1, to: 'b1', bytes: 9, crc: 0 }];
  const arrive = (t: number, kind: string, sent: number): readonly [number, string, string, number, Record<string, string | number>] => [t, 'b1', kind, sent, { conn: 1, from: 'p1', bytes: 9, sent, why: 'peer is down' }];

  test('delivered, dropped, in flight, twice', () => {
    const list = draw(traceOf([send(100), arrive(200, 'net.deliver', 1), send(300), arrive(400, 'net.drop', 3), send(500), send(600), arrive(700, 'net.deliver', 6), arrive(750, 'net.deliver', 6)]));
    expect(list.arrows.map((arrow) => [arrow.x0, arrow.x1, arrow.fate]).sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [100, 200, 'delivered'], [300, 400, 'dropped'], [500, 524, 'in-flight'], [600, 700, 'delivered'], [600, 750, 'duplicate'],
    ]);
    const [p1, b1] = [rowOf(list, 'p1'), rowOf(list, 'b1')];
    expect(list.arrows[0]).toMatchObject({ y0: p1.y + p1.height / 2, y1: b1.y + b1.height / 2 });
    expect(list.arrows.find((arrow) => arrow.fate === 'dropped')!.y1).toBeLessThan(b1.y + b1.height / 2);
  });

  test('is drawn when only its middle is in the window, however long it took', () => {
    const quiet = Array.from({ length: 1500 }, (_, at) => [110 + at, 'b2', 'timer', 0, {}] as const);
    const trace = traceOf([send(100), ...quiet, arrive(1800, 'net.deliver', 1)]);
    expect(draw(trace, { from: 500, to: 900 }).arrows).toHaveLength(1);
    expect(draw(trace, { from: 1700, to: 1900 }).arrows).toHaveLength(1);
    expect(draw(trace, { from: 1850, to: 1900 }).arrows).toHaveLength(0);
  });

  test('carries the name of its request', () => {
    const trace = traceOf([send(100), arrive(300, 'net.deliver', 1), [300, 'b1', 'broker.request', 2, { api: 'Fetch', version: 11, correlation: 1, client: 'c' }]]);
    expect(draw(trace).labels.map((label) => label.text)).toEqual(['Fetch v11']);
  });

  test('of a crowd only the slice is drawn, and how many were left out is said', () => {
    const events = Array.from({ length: maxArrows + 1 }, (_, at) => [send(at), arrive(at, 'net.deliver', 2 * at + 1)]).flat();
    const trace = traceOf(events);
    expect(draw(trace, { to: 5000 })).toMatchObject({ arrows: [], arrowsLeftOut: maxArrows + 1 });
    const sliced = draw(trace, { to: 5000, focus: causalPast(trace, [41]) });
    expect(sliced.arrows.map((arrow) => arrow.send)).toEqual([40]);
  });
});

describe('S3 requests', () => {
  test('are spans between the node and the store', () => {
    const list = draw(traceOf([
      [100, 'b1', 's3.put', 0, { op: 1, key: 'wal/1' }],
      [200, 'b1', 's3.done', 1, { op: 1, outcome: 'stored', us: 100 }],
      [300, 'b1', 's3.put', 0, { op: 2, key: 'wal/2' }],
      [400, 'b1', 's3.done', 3, { op: 2, outcome: 'unknown', us: 100 }],
      [500, 'b1', 's3.get', 0, { op: 3, key: 'wal/1' }],
      [600, 'b1', 'node.kill', 0, { reason: 'kill -9', dropped: 1 }],
    ]));
    expect(list.spans.map((span) => [span.verb, span.x0, span.x1, span.outcome])).toEqual([['put', 100, 200, 'ok'], ['put', 300, 400, 'unknown'], ['get', 500, 600, 'pending']]);
    expect(list.spans[0]!.storeY).toBe(rowOf(list, 's3').y + rowOf(list, 's3').height / 2);
  });
});

describe('faults', () => {
  const plan = { version: 1, faults: [{ id: 'f1', kind: 'partition', target: ['b1', 'b2'] }, { id: 'f2', kind: 'kill', target: ['p1'] }] };
  const trace = traceOf([
    [100, 'control', 'fault.begin', 0, { id: 'f1', kind: 'partition', what: 'b1 cut off from b2' }],
    [200, 'control', 'fault.begin', 0, { id: 'f2', kind: 'kill', what: 'kill p1' }],
    [300, 'control', 'fault.end', 2, { id: 'f2', affected: 1 }],
    [500, 'control', 'fault.end', 1, { id: 'f1', affected: 4 }],
  ], [], plan);

  test('are bands over the lanes they hit; a partition brackets its lanes', () => {
    const list = draw(trace);
    const [cut, kill] = list.bands;
    expect(cut).toMatchObject({ label: 'b1 cut off from b2', x0: 100, x1: 500, row: 0, areas: [{ y0: rowOf(list, 'b1').y, y1: rowOf(list, 's3').y }] });
    expect(cut!.bracket).not.toBeNull();
    expect(kill).toMatchObject({ row: 1, bracket: null, areas: [{ y0: rowOf(list, 'p1').y, y1: rowOf(list, 'b1').y }] });
  });

  test('one that never ends lasts to the end of the trace', () => {
    const open = traceOf([[100, 'control', 'fault.begin', 0, { id: 'x', kind: 'k', what: 'w' }], [800, 'p1', 'timer', 0, {}]]);
    expect(draw(open).bands[0]).toMatchObject({ x0: 100, x1: 800 });
  });
});

describe('many events', () => {
  const trace = readTrace(sampleTrace({ events: 30_000, violated: true }));
  const scene = prepare(trace);
  const whole = view({ to: trace.endUs, chapter: 0 });
  const list = layout(scene, whole);

  test('become density, and the list stays small', () => {
    expect(list.density.length).toBeGreaterThan(5);
    expect(list.marks.length).toBeLessThan(1000);
    for (const strip of list.density) expect(Math.max(...strip.columns)).toBe(1);
  });

  test('never swallow kills, starts, fault edges or evidence', () => {
    const shown = new Set(list.marks.map((mark) => mark.event));
    for (let i = 0; i < trace.count; i++) if (/^(node\.(kill|crash|start)|fault\.)/.test(kindOf(trace, i))) expect(shown, kindOf(trace, i)).toContain(i);
    for (const event of scene.story.chapters[0]!.evidence) expect(shown).toContain(event);
    expect(list.violations).toHaveLength(1);
  });

  test('the slice is drawn one by one above the density', () => {
    const focus = causalPast(trace, scene.story.chapters[0]!.evidence);
    const sliced = layout(scene, { ...whole, focus });
    const shown = new Set(sliced.marks.filter((mark) => mark.emphasis === 'normal').map((mark) => mark.event));
    focus.forEach((inside, event) => inside && expect(shown).toContain(event));
    expect(sliced.density.every((strip) => strip.emphasis === 'faded')).toBe(true);
  });

  test('a slice too dense for that is a strip of its own, without what lies outside', () => {
    const half = trace.count / 2;
    const focus = Uint8Array.from({ length: trace.count }, (_, event) => (event < half ? 1 : 0));
    const { density } = layout(scene, { ...whole, focus });
    const inside = density.filter((strip) => strip.emphasis === 'normal');
    expect(inside.length).toBeGreaterThan(0);
    expect(density.filter((strip) => strip.emphasis === 'faded').length).toBeGreaterThanOrEqual(inside.length);
    const middle = Math.ceil((whole.width * trace.t[Math.ceil(half)]!) / trace.endUs / inside[0]!.step) + 1;
    for (const strip of inside) expect(Math.max(...strip.columns.subarray(middle))).toBe(0);
  });

  test('can be found by pointing at their density', () => {
    const strip = list.density[0]!;
    const column = strip.columns.findIndex((share) => share > 0.5);
    const found = eventAt(scene, whole, list, column * strip.step, strip.y + strip.height / 2, 9);
    expect(trace.lane[found]).toBe(strip.lane);
  });
});

test('every number of the explanation is at the event its step ends with', () => {
  const trace = readTrace(sampleTrace({ events: 3000, violated: true }));
  const scene = prepare(trace);
  const list = layout(scene, view({ to: trace.endUs, chapter: 0 }));
  expect(list.badges.map((badge) => badge.number).sort()).toEqual(['1 2', '3', '4', '5']);
  expect(list.badges.find((badge) => badge.last)!.event).toBe(scene.story.chapters[0]!.at);
});

test('pale marks at one place are drawn once, those of the slice each', () => {
  const trace = traceOf(Array.from({ length: 50 }, () => [500, 'p1', 'op.process', 0, {}] as const));
  const none = draw(trace, { focus: new Uint8Array(50) }).marks;
  expect(none.length).toBeLessThan(20);
  expect(draw(trace).marks).toHaveLength(50);
});

test('a client that has finished is no fault', () => {
  const list = draw(traceOf([[100, 'p1', 'node.kill', 0, { reason: 'finished', dropped: 0 }], [200, 'b1', 'node.kill', 0, { reason: 'kill -9', dropped: 0 }], [1000, 'b2', 'timer', 0, {}]]));
  expect([rowOf(list, 'p1').segments[0]!.end, rowOf(list, 'b1').segments[0]!.end]).toEqual(['exited', 'killed']);
  expect(list.marks.filter((mark) => mark.event < 2).map((mark) => mark.tone).sort()).toEqual(['fault', 'life']);
});

test('phases of the run are named where they have room', () => {
  const list = draw(traceOf([[0, 'control', 'run.phase', 0, { phase: 'boot' }], [5, 'control', 'run.phase', 0, { phase: 'storm' }], [1000, 'p1', 'timer', 0, {}]]));
  expect(list.phases.map((phase) => phase.text)).toEqual(['storm']);
});

test('faults whose labels would touch get rows of their own', () => {
  const what = 'a description of a fault that is rather long';
  const trace = traceOf([
    [100, 'control', 'fault.begin', 0, { id: 'a', kind: 'k', what }], [110, 'control', 'fault.end', 1, { id: 'a', affected: 1 }],
    [200, 'control', 'fault.begin', 0, { id: 'b', kind: 'k', what }], [210, 'control', 'fault.end', 3, { id: 'b', affected: 1 }],
    [700, 'control', 'fault.begin', 0, { id: 'c', kind: 'k', what: 'short' }], [710, 'control', 'fault.end', 5, { id: 'c', affected: 1 }],
    [1000, 'p1', 'timer', 0, {}],
  ]);
  expect(draw(trace).bands.map((band) => band.row)).toEqual([0, 1, 0]);
});

test('the same view gives the same picture', () => {
  const text = sampleTrace({ events: 1000, violated: true });
  const patch = { to: 24_000_000, chapter: 0 };
  expect(draw(readTrace(text), patch)).toEqual(draw(readTrace(text), patch));
});

test('an empty trace is an empty picture', () => {
  expect(draw(traceOf([]))).toMatchObject({ arrows: [], marks: [], bands: [], violations: [] });
});

test('the other axis shows the same events', () => {
  const trace = readTrace(sampleTrace({ events: 3000, violated: true }));
  const order = convertWindow(trace, 11_000_000, 11_300_000, 'order');
  const time = convertWindow(trace, order.from, order.to, 'time');
  expect(time.from).toBeGreaterThanOrEqual(11_000_000);
  expect(time.to).toBeLessThan(11_600_000);
});
