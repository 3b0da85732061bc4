/**
 * DirectoryStore when the power fails or the disk does. The simulated disk drops what was not synced, so an answer given too
 * early shows: whatever was reported stored, or shown to a reader, must be there after the lights are back.
 */
import { expect, test } from 'vitest';
import { DirectoryStore } from '../../broker/storage/directory-store.ts';
import { StoreError } from '../../runtime/index.ts';
import type { ObjectStore, PutOutcome, Runtime } from '../../runtime/index.ts';
import { Sim } from '../../sim/index.ts';
import type { SimNode, VolumeVerb } from '../../sim/index.ts';
import { onSimNode } from './sim-host.ts';

const open = ({ clock, random }: Runtime, node: SimNode, name = 'store'): ObjectStore => new DirectoryStore({ volume: node.volume, clock, random: random.fork(name) });

test('what was reported or shown survives any power cut', async () => {
  const met = { stored: 0, exists: 0, shown: 0, cutOff: 0 };
  for (let seed = 1; seed <= 60; seed++) {
    const seen = await writeUntilPowerCut(seed);
    for (const [key, count] of Object.entries(seen)) met[key as keyof typeof met] += count;
  }
  // A cut that never met anybody at work would prove nothing.
  expect(Math.min(...Object.values(met))).toBeGreaterThan(20);
}, 60_000);

/** Two processes on one disk create the same keys and read each other's objects until the plug is pulled; then everything is checked. */
async function writeUntilPowerCut(seed: number): Promise<{ stored: number; exists: number; shown: number; cutOff: number }> {
  const sim = new Sim({ seed });
  const promised = new Map<string, string>();
  const attempted = new Set<string>();
  const seen = { stored: 0, exists: 0, shown: 0, cutOff: 0 };
  let checked: { readonly error?: unknown } | undefined;
  const write = async (runtime: Runtime, process: string): Promise<void> => {
    const store = open(runtime, node, process);
    for (let number = 0; ; number++) {
      const key = `wal/1/${number % 3}/${String(number).padStart(6, '0')}`;
      const body = `${process} ${number} ${'x'.repeat(2000)}`;
      attempted.add(key);
      const outcome = await store.put(key, Buffer.from(body), { ifAbsent: true });
      if (outcome === 'stored') promised.set(key, body);
      else promised.set(key, promised.get(key) ?? 'somebody');
      seen[outcome === 'stored' ? 'stored' : 'exists'] += 1;
    }
  };
  const read = async (runtime: Runtime): Promise<void> => {
    const store = open(runtime, node, 'reader');
    for (;;) {
      await runtime.clock.sleep(1);
      for (const key of attempted) {
        if (promised.has(key)) continue;
        const bytes = await store.get(key);
        if (bytes === undefined) continue;
        promised.set(key, bytes.toString());
        seen.shown += 1;
      }
    }
  };
  const list = async (runtime: Runtime): Promise<void> => {
    const store = open(runtime, node, 'lister');
    for (;;) {
      const { objects } = await store.list('wal/1/1/');
      for (const { key } of objects) promised.set(key, promised.get(key) ?? 'somebody');
    }
  };
  const check = async (runtime: Runtime): Promise<void> => {
    const store = open(runtime, node);
    for (const key of attempted) {
      const text = (await store.get(key))?.toString();
      const expected = promised.get(key);
      if (text !== undefined) expect(text.length, `${key} is torn`).toBeGreaterThan(2000);
      if (expected === undefined) seen.cutOff += 1;
      else if (expected === 'somebody') expect(text, `${key} was shown`).toBeDefined();
      else expect(text, `${key} was promised`).toBe(expected);
    }
    expect((await store.list('')).objects.map(({ key }) => key).filter((key) => !attempted.has(key))).toEqual([]);
  };
  const node: SimNode = sim.addNode({
    name: 'b1',
    role: 'broker',
    main: async (runtime) => {
      if (node.incarnation > 1) checked = await check(runtime).then(() => ({}), (error: unknown) => ({ error }));
      else await Promise.all([write(runtime, 'one'), write(runtime, 'two'), read(runtime), list(runtime)]);
    },
  });
  node.start();
  sim.control.after(sim.random.fork('cut').int(20_000, 200_000), 'cut', () => {
    node.powerLoss('test');
    node.start();
  });
  await sim.runUntil(() => checked !== undefined, 600_000_000);
  sim.close();
  if (checked?.error !== undefined) throw new Error(`seed ${seed}: ${String(checked.error)}`);
  expect(checked, `seed ${seed} was not checked`).toBeDefined();
  expect(sim.findings).toEqual([]);
  return seen;
}

test.each(['sync', 'syncDirectory'] as const)('after one failed %s it refuses everything rather than pretend', async (verb) => {
  await onSimNode(7, async (runtime, node) => {
    const store = open(runtime, node);
    await store.put('before', Buffer.from('x'));
    const heal = breakOnce(node, verb, 'io');
    expect(await store.put('k', Buffer.from('x'), { ifAbsent: true })).toBe('unknown');
    heal();
    // The next sync would succeed, and prove nothing.
    for (const attempt of [() => store.put('k', Buffer.from('x'), { ifAbsent: true }), () => store.get('k'), () => store.list(''), () => store.delete(['k'])]) {
      await expect(attempt()).rejects.toMatchObject({ name: 'StoreError', code: 'DENIED', message: expect.stringContaining('restart') as string });
    }
    // A restarted process reads what is really there.
    expect(String(await open(runtime, node, 'restarted').get('before'))).toBe('x');
  });
});

test.each(['write', 'link', 'list'] as const)('an error of %s leaves a create unknown, and the store usable', async (verb) => {
  await onSimNode(8, async (runtime, node) => {
    const store = open(runtime, node);
    const heal = breakOnce(node, verb, 'io');
    expect(await store.put('k', Buffer.from('x'), { ifAbsent: true })).toBe('unknown');
    heal();
    expect(await store.put('k', Buffer.from('x'), { ifAbsent: true })).toBe('stored');
  });
});

test('a full disk refuses new objects, keeps the old, and recovers', async () => {
  await onSimNode(9, async (runtime, node) => {
    const store = open(runtime, node);
    await store.put('old', Buffer.alloc(1000));
    node.volume.capacityBytes = 3000;
    const outcomes: PutOutcome[] = [];
    for (let number = 0; number < 4; number++) outcomes.push(await store.put(`new/${number}`, Buffer.alloc(900), { ifAbsent: true }));
    expect(outcomes).toEqual(['stored', 'stored', 'unknown', 'unknown']);
    expect(await store.get('old')).toHaveLength(1000);
    await store.delete(['new/0']);
    expect(await store.put('new/2', Buffer.alloc(900), { ifAbsent: true })).toBe('stored');
  });
});

test('reads and deletes fail with a StoreError when the disk does', async () => {
  await onSimNode(10, async (runtime, node) => {
    const store = open(runtime, node);
    await store.put('k', Buffer.from('x'));
    const heals = (['read', 'list', 'remove'] as const).map((verb) => breakOnce(node, verb, 'io'));
    for (const attempt of [() => store.get('k'), () => store.list(''), () => store.delete(['k'])]) await expect(attempt()).rejects.toBeInstanceOf(StoreError);
    for (const heal of heals) heal();
    expect(String(await store.get('k'))).toBe('x');
  });
});

test('what a dead process left half-written is never an object, and goes away in time', async () => {
  await onSimNode(11, async (runtime, node) => {
    await node.volume.write('tmp/dead-1', Buffer.from('half'));
    const store = open(runtime, node);
    await store.put('k', Buffer.from('x'));
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['k']);
    expect(await node.volume.read('tmp/dead-1')).toBeDefined();
    await runtime.clock.sleep(61_000);
    await store.put('l', Buffer.from('x'));
    expect((await node.volume.list('tmp')).map(({ path }) => path)).toEqual([]);
  });
});

/** Every `verb` fails until the returned function is called. */
function breakOnce(node: SimNode, verb: VolumeVerb, kind: 'io' | 'no-space'): () => void {
  const rule = { id: `break ${verb}`, match: (op: { readonly verb: VolumeVerb }) => op.verb === verb, probability: 1, effect: { kind }, affected: 0 };
  node.volume.addRule(rule);
  return () => {
    expect(rule.affected).toBeGreaterThan(0);
    node.volume.removeRule(rule);
  };
}
