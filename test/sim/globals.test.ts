import crypto, { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import timers from 'node:timers';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Sim } from '../../sim/index.ts';
import { inside, SECOND_US, started } from './support.ts';

const require = createRequire(import.meta.url);

describe('the globals, inside a node,', () => {
  it('tell its own time and draw from its own seed', async () => {
    const look = async (seed: number): Promise<unknown> => {
      const sim = new Sim({ seed });
      return inside(sim, async (rt) => {
        await new Promise((resolve) => { setTimeout(resolve, 1500); });
        expect(Date.now()).toBe(rt.clock.nowMs());
        expect(new Date().getTime()).toBe(rt.clock.nowMs());
        expect(new Date(5).getTime()).toBe(5);
        expect(new Date() instanceof Date && new (class Later extends Date {})() instanceof Date).toBe(true);
        expect(typeof Date()).toBe('string');
        expect(sim.nowUs).toBe(1_500_000);
        const [s, ns] = process.hrtime([0, 500_000_000]);
        return [Date.now(), performance.now(), process.hrtime(), s, ns, process.hrtime.bigint(), randomBytes(8).toString('hex'), crypto.randomUUID(), globalThis.crypto.randomUUID(),
          crypto.getRandomValues(Buffer.alloc(4)).toString('hex'), crypto.randomInt(1000), crypto.randomFillSync(Buffer.alloc(3)).toString('hex')];
      });
    };
    const first = await look(4);
    expect(await look(4)).toEqual(first);
    expect(await look(5)).not.toEqual(first);
    expect((first as unknown[]).slice(1, 6)).toEqual([1500, [1, 500_000_000], 1, 0, 1_500_000_000n]);
  });

  it('give timers that unmodified code can handle', async () => {
    const sim = new Sim({ seed: 1 });
    const seen = await inside(sim, async () => {
      const seen: unknown[] = [];
      const handle = setTimeout((word: string) => { seen.push(word); }, 20, 'twenty');
      expect(handle.unref().hasRef()).toBe(false);
      expect(handle.ref().hasRef()).toBe(true);
      await promisify(setTimeout)(10);
      handle.refresh();
      await promisify(timers.setTimeout)(15);
      expect(seen).toEqual([]);
      const cancelled = setTimeout(() => { seen.push('never'); }, 1);
      clearTimeout(+cancelled);
      clearTimeout(undefined);
      let beats = 0;
      await new Promise<void>((resolve) => { const beat = setInterval(() => { if (++beats === 3) { clearInterval(beat); resolve(); } }, 10); });
      setImmediate(() => { seen.push('immediate'); });
      clearImmediate(setImmediate(() => { seen.push('never'); }));
      await promisify(setImmediate)();
      return seen;
    });
    expect(seen).toEqual(['twenty', 'immediate']);
    expect(sim.nowUs).toBeGreaterThan(55_000);
    expect(sim.nowUs).toBeLessThan(56_000);
  });

  it('drive emitters, compression and signals', async () => {
    const sim = new Sim({ seed: 1 });
    expect(await inside(sim, async () => {
      const emitter = new EventEmitter();
      setTimeout(() => emitter.emit('ready', 7), 100);
      const [value] = await once(emitter, 'ready') as [number];
      const packed = await promisify(zlib.gzip)(Buffer.from('squeeze'));
      const back = await promisify(zlib.unzip)(packed);
      await expect(promisify(zlib.gunzip)(Buffer.from('no'))).rejects.toThrow();
      const signal = AbortSignal.timeout(50);
      await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
      const key = await promisify(crypto.pbkdf2)('p', 's', 1, 8, 'sha256');
      return [value, back.toString(), (signal.reason as Error).name, key.length];
    })).toEqual([7, 'squeeze', 'TimeoutError', 8]);
  });

  it('die with the node', async () => {
    const sim = new Sim({ seed: 1 });
    let beats = 0;
    const node = started(sim, 'c1', () => { setInterval(() => { beats++; }, 10); });
    sim.control.after(35_000, 'kill', () => { node.kill('test'); });
    await sim.runUntil(() => false, SECOND_US);
    expect(beats).toBe(3);
  });

  it('refuse Math.random to code of ours, and serve it to libraries', async () => {
    const sim = new Sim({ seed: 1 });
    const shuffle = require('kafkajs/src/utils/shuffle') as <T>(items: T[]) => T[];
    const shuffled = await inside(sim, () => shuffle([1, 2, 3, 4, 5, 6, 7, 8]));
    expect(await inside(new Sim({ seed: 1 }), () => shuffle([1, 2, 3, 4, 5, 6, 7, 8]))).toEqual(shuffled);
    started(sim, 'c1', () => { Math.random(); });
    started(sim, 'c2', () => { Array.from({ length: 2 }, Math.random); });
    await sim.runUntil(() => false, sim.nowUs + SECOND_US);
    expect(sim.findings.map(({ node, kind }) => [node, kind]).sort()).toEqual([['c1', 'uncontrolled'], ['c2', 'uncontrolled']]);
    expect(sim.findings[0]?.message).toContain('Math.random() outside a library');
    expect(sim.findings[0]?.stack).toContain('globals.test');
    expect(sim.node('c1').state).toBe('down');
  });

  it('refuse what nothing stands in for', async () => {
    const sim = new Sim({ seed: 1 });
    started(sim, 'c1', () => { dns.lookup('example.com', () => {}); });
    started(sim, 'c2', () => { void fetch('http://localhost'); });
    await sim.runUntil(() => false, SECOND_US);
    expect(sim.findings.map(({ kind }) => kind)).toEqual(['uncontrolled', 'uncontrolled']);
  });

  it('name real work that comes back behind the world', async () => {
    const sim = new Sim({ seed: 1 });
    started(sim, 'c1', async (rt) => {
      await readFile(new URL(import.meta.url));
      rt.tracer.trace('test.never', {});
    });
    let busy = true;
    started(sim, 'c2', async (rt) => { while (busy) await rt.clock.sleep(1); });
    const from = Date.now();
    await sim.runUntil(() => sim.findings.length > 0, 10_000 * SECOND_US);
    busy = false;
    expect(Date.now() - from).toBeLessThan(60_000);
    expect(sim.findings).toMatchObject([{ node: 'outside', kind: 'uncontrolled' }]);
    expect(sim.findings[0]?.message).toContain('tracer.trace');
    expect(sim.findings[0]?.stack).toContain('globals.test');
  });

  it('name a node that uses another node\'s runtime', async () => {
    const sim = new Sim({ seed: 1 });
    const other = started(sim, 'b1', () => {});
    started(sim, 'c1', () => { void other.runtime.clock.sleep(1); });
    await sim.runUntil(() => false, SECOND_US);
    expect(sim.findings).toMatchObject([{ node: 'c1', kind: 'uncontrolled' }]);
  });
});

describe('the globals, outside,', () => {
  it('are the real ones, also while a world runs', async () => {
    const sim = new Sim({ seed: 1 });
    let stop = false;
    started(sim, 'c1', async (rt) => { for (;;) await rt.clock.sleep(1); });
    const real = new Promise<number>((resolve) => { setTimeout(() => { stop = true; resolve(Date.now()); }, 30); });
    const before = Date.now();
    expect(await sim.runUntil(() => stop, Infinity)).toBe(true);
    expect(await real - before).toBeGreaterThanOrEqual(25);
    expect(Date.now()).toBeGreaterThanOrEqual(before);
    expect(Math.random()).not.toBe(Math.random());
    expect(randomBytes(4)).toHaveLength(4);
  });

  it('are refused to the driver\'s question', async () => {
    const sim = new Sim({ seed: 1 });
    started(sim, 'c1', () => {});
    await expect(sim.runUntil(() => Math.random() > 2, SECOND_US)).rejects.toThrow(/done\(\)/);
    await expect(new Sim({ seed: 1 }).runUntil(() => Date.now() < 0, SECOND_US)).rejects.toThrow(/done\(\)/);
  });
});
