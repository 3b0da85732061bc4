import { describe, expect, it } from 'vitest';
import { Sim } from '../../sim/index.ts';
import type { LinkRule } from '../../sim/index.ts';
import type { Connection } from '../../runtime/index.ts';
import { collect, echo, recorded, SECOND_US, started } from './support.ts';

const between = (id: string, from: string, to: string): LinkRule => ({ id, from: (n) => n === from, to: (n) => n === to, effect: { kind: 'block' }, affected: 0 });

/** b1 echoes; c1 is connected and collects. */
async function pair(seed: number): Promise<{ sim: Sim; trace: ReturnType<typeof recorded>['trace']; connection: Connection; seen: ReturnType<typeof collect> }> {
  const { sim, trace } = recorded(seed);
  started(sim, 'b1', echo(), 'broker');
  let connection: Connection | undefined;
  let seen: ReturnType<typeof collect> | undefined;
  started(sim, 'c1', async (rt) => {
    await rt.clock.sleep(1);
    connection = await rt.network.connect({ host: 'b1', port: 9000 }, 1000);
    seen = collect(connection);
  });
  await sim.runUntil(() => seen !== undefined, SECOND_US);
  return { sim, trace, connection: connection as Connection, seen: seen as ReturnType<typeof collect> };
}

function onClient(sim: Sim, atUs: number, fn: () => void): void {
  sim.node('c1').after(atUs, 'test', fn);
}

describe('the network', () => {
  it('carries bytes in order, and its trace links each arrival to its sending', async () => {
    const { sim, trace, connection, seen } = await pair(1);
    onClient(sim, 0, () => { for (let i = 0; i < 50; i++) connection.write([Buffer.from(`${i},`)]); });
    const all = Array.from({ length: 50 }, (_, i) => `${i},`).join('');
    expect(await sim.runUntil(() => seen.text.length >= all.length, 10 * SECOND_US)).toBe(true);
    expect(seen.text).toBe(all);
    const sends = new Map(trace.filter(({ kind }) => kind === 'net.send').map((event) => [event.seq, event]));
    const arrivals = trace.filter(({ kind }) => kind === 'net.deliver');
    expect(arrivals).toHaveLength(sends.size);
    for (const { args, t, cause, node } of arrivals) {
      const sent = sends.get(args['sent'] as number);
      expect(sent?.args).toMatchObject({ conn: args['conn'], bytes: args['bytes'], to: node });
      expect(cause).toBe(sent?.seq);
      expect(t - (sent?.t ?? 0)).toBeGreaterThan(100);
    }
  });

  it('refuses where nobody listens, times out where the machine is off, knows no strange host', async () => {
    const { sim } = await pair(1);
    const codes: string[] = [];
    started(sim, 'off', () => {});
    sim.control.after(0, 'off', () => { sim.node('off').powerLoss('test'); });
    started(sim, 'c2', async (rt) => {
      await rt.clock.sleep(1);
      for (const address of [{ host: 'b1', port: 1 }, { host: 'off', port: 9000 }, { host: 'nowhere', port: 9000 }]) {
        await rt.network.connect(address, 500).catch((error: { code: string }) => { codes.push(error.code); });
      }
    });
    await sim.runUntil(() => codes.length === 3, 10 * SECOND_US);
    expect(codes).toEqual(['REFUSED', 'TIMED_OUT', 'UNREACHABLE']);
  });

  it('holds what a partition blocks, one way, and lets it flow after healing', async () => {
    const { sim, connection, seen } = await pair(1);
    const rule = between('p', 'b1', 'c1');
    sim.network.add(rule);
    onClient(sim, 0, () => { connection.write([Buffer.from('x')]); connection.write([Buffer.from('y')]); });
    await sim.runUntil(() => false, sim.nowUs + 5 * SECOND_US);
    expect([seen.text, rule.affected, seen.closed]).toEqual(['', 2, undefined]);
    sim.network.remove(rule);
    expect(await sim.runUntil(() => seen.text === 'xy', sim.nowUs + SECOND_US)).toBe(true);
  });

  it('lets connection attempts time out while blocked', async () => {
    const { sim } = await pair(1);
    const rule = between('p', 'c2', 'b1');
    sim.network.add(rule);
    let code = '';
    started(sim, 'c2', (rt) => { void rt.network.connect({ host: 'b1', port: 9000 }, 300).catch((error: { code: string }) => { code = error.code; }); });
    await sim.runUntil(() => code !== '', SECOND_US);
    expect([code, rule.affected, sim.nowUs > 300_000]).toEqual(['TIMED_OUT', 1, true]);
  });

  it('delays by rule without reordering', async () => {
    const { sim, connection, seen } = await pair(1);
    const rule: LinkRule = { ...between('d', 'c1', 'b1'), effect: { kind: 'delay', minUs: 0, maxUs: 500_000 } };
    sim.network.add(rule);
    onClient(sim, 0, () => { for (const letter of 'abcdefgh') connection.write([Buffer.from(letter)]); });
    await sim.runUntil(() => seen.text.length === 8, 10 * SECOND_US);
    expect([seen.text, rule.affected]).toEqual(['abcdefgh', 8]);
  });

  it('tells the peer of a kill, by FIN or reset; what was under way to the dead is dropped', async () => {
    const ends = new Set<string | undefined>();
    for (let seed = 0; seed < 20; seed++) {
      const { sim, trace, connection, seen } = await pair(seed);
      onClient(sim, 0, () => { connection.write([Buffer.from('late')]); });
      sim.control.after(20, 'kill', () => { expect(sim.node('b1').kill('test')).toBe(1); });
      await sim.runUntil(() => seen.closed !== undefined, sim.nowUs + SECOND_US);
      await sim.runUntil(() => false, sim.nowUs + SECOND_US);
      ends.add(seen.closed);
      expect(trace.find(({ kind }) => kind === 'net.drop')).toMatchObject({ node: 'b1', args: { bytes: 4 } });
      expect(seen.text).toBe('');
    }
    expect(ends).toEqual(new Set(['end', 'RESET']));
  });

  it('leaves peers half-open after a power loss, until they send and the machine is back', async () => {
    const { sim, trace, connection, seen } = await pair(1);
    sim.node('b1').powerLoss('test');
    await sim.runUntil(() => false, sim.nowUs + 10 * SECOND_US);
    expect(seen.closed).toBe(undefined);
    onClient(sim, 0, () => { connection.write([Buffer.from('hello?')]); });
    await sim.runUntil(() => false, sim.nowUs + 10 * SECOND_US);
    expect(seen.closed).toBe(undefined);
    expect(trace.at(-1)).toMatchObject({ kind: 'net.drop', args: { why: 'host down' } });
    sim.control.after(0, 'start', () => { sim.node('b1').start(); });
    expect(await sim.runUntil(() => seen.closed === 'RESET', sim.nowUs + 5 * SECOND_US)).toBe(true);
  });

  it('never tells a half-open peer that stays silent', async () => {
    const { sim, seen } = await pair(1);
    sim.node('b1').powerLoss('test');
    sim.node('b1').start();
    await sim.runUntil(() => false, sim.nowUs + 60 * SECOND_US);
    expect(seen.closed).toBe(undefined);
  });

  it('cuts connections on demand, both ends, and says how many', async () => {
    const { sim, seen } = await pair(1);
    expect(sim.network.resetConnections((a, b) => a === 'c1' && b === 'nobody')).toBe(0);
    expect(sim.network.resetConnections((a, b) => a === 'b1' && b === 'c1')).toBe(1);
    expect(await sim.runUntil(() => seen.closed === 'RESET', sim.nowUs + SECOND_US)).toBe(true);
  });

  it('flushes before FIN, and both sides hear the end', async () => {
    const { sim, connection, seen } = await pair(1);
    onClient(sim, 0, () => { connection.write([Buffer.from('last')]); connection.end(); connection.write([Buffer.from('too late')]); });
    await sim.runUntil(() => seen.closed !== undefined, sim.nowUs + SECOND_US);
    expect(seen).toEqual({ text: 'last', closed: 'end' });
  });

  it('asks the writer to wait while the reader does not read', async () => {
    const sim = new Sim({ seed: 1 });
    let reader: Connection | undefined;
    let drained = false;
    let wrote = 0;
    let got = 0;
    started(sim, 'b1', async (rt) => { await rt.network.listen({ host: 'b1', port: 1 }, (connection) => {
      reader = connection;
      connection.onData = (chunk) => { got += chunk.length; };
      connection.pause();
    }); });
    started(sim, 'c1', async (rt) => {
      await rt.clock.sleep(1);
      const connection = await rt.network.connect({ host: 'b1', port: 1 }, 1000);
      connection.onDrain = () => { drained = true; };
      while (connection.write([Buffer.alloc(64 * 1024)])) wrote++;
      expect(connection.bufferedBytes).toBe(64 * 1024);
    });
    await sim.runUntil(() => false, SECOND_US);
    expect([wrote, got, drained]).toEqual([4, 0, false]);
    sim.node('b1').after(0, 'read', () => { reader?.resume(); });
    await sim.runUntil(() => drained, sim.nowUs + SECOND_US);
    await sim.runUntil(() => false, sim.nowUs + SECOND_US);
    expect([drained, got]).toEqual([true, 5 * 64 * 1024]);
  });

  it('gives the receiver bytes of its own', async () => {
    const { sim, connection, seen } = await pair(1);
    const sent = Buffer.from('mine');
    onClient(sim, 0, () => { connection.write([sent]); });
    onClient(sim, 50, () => { sent.fill('!'); });
    await sim.runUntil(() => seen.text.length === 4, sim.nowUs + SECOND_US);
    expect(seen.text).toBe('mine');
  });
});
