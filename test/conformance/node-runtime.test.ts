/** The small adapters of the real machine: clock, random, tracer, and the end of a process. */
import { expect, test } from 'vitest';
import { NodeClock, NodeRandom, NodeTracer, S3Store, nodeRuntime } from '../../runtime/node/index.ts';

test('a timer fires once, not early, and not when cancelled', async () => {
  const clock = new NodeClock();
  let fired = 0;
  clock.setTimer(20, () => fired++);
  clock.setTimer(10, () => fired += 100).cancel();
  const before = clock.monotonicMs();
  await clock.sleep(60);
  expect(fired).toBe(1);
  // Timers of Node are kept in whole milliseconds.
  expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(59);
  expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1_000);
});

test('a fork depends on seed and name, not on what was drawn', () => {
  const seed = Buffer.alloc(32, 7);
  const [a, b] = [new NodeRandom(seed), new NodeRandom(seed)];
  for (let i = 0; i < 5000; i++) a.u32();
  expect(a.fork('x').bytes(64)).toEqual(b.fork('x').bytes(64));
  expect(a.fork('x').bytes(64)).not.toEqual(b.fork('y').bytes(64));
  expect(new NodeRandom().bytes(16)).not.toEqual(new NodeRandom().bytes(16));
});

test('numbers stay within their bounds and reach them', () => {
  const random = new NodeRandom();
  const drawn = new Set(Array.from({ length: 500 }, () => random.int(-1, 2)));
  expect([...drawn].sort((x, y) => x - y)).toEqual([-1, 0, 1, 2]);
  const floats = Array.from({ length: 2000 }, () => random.float());
  expect(Math.min(...floats)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...floats)).toBeLessThan(1);
  expect(Math.abs(floats.reduce((sum, value) => sum + value, 0) / floats.length - 0.5)).toBeLessThan(0.05);
  const bytes = random.bytes(10_000);
  expect(bytes).toHaveLength(10_000);
  random.bytes(10_000).fill(0);
  expect(new Set(bytes).size).toBe(256);
});

test('the tracer counts, and writes lines only when asked', () => {
  const lines: string[] = [];
  const quiet = new NodeTracer('b1');
  expect([quiet.trace('a', {}), quiet.trace('b', {}), quiet.keeping]).toEqual([1, 2, false]);
  const loud = new NodeTracer('b1', { write: (line) => lines.push(line) });
  expect(loud.keeping).toBe(true);
  expect(loud.trace('broker.request', { api: 'Fetch', version: 12 })).toBe(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ seq: 1, node: 'b1', kind: 'broker.request', cause: 0, args: { api: 'Fetch', version: 12 } });
});

test('exit is told once', () => {
  const reasons: string[] = [];
  const runtime = nodeRuntime({ node: 'b1', objects: new S3Store({ bucket: 'none' }), exit: (reason) => reasons.push(reason) });
  runtime.exit('fenced by b2');
  runtime.exit('again');
  expect(reasons).toEqual(['fenced by b2']);
});
