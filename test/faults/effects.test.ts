/** Faults done to a real simulated world: each touches something, each heals, and overlapping ones compose. */
import { describe, expect, test } from 'vitest';
import { faultKinds, faultTypes, generatePlan, planArbitrary } from '../../faults/index.ts';
import type { ActiveFault, ClusterShape, Fault, FaultPlan, FaultWorld } from '../../faults/index.ts';
import type { Connection, Runtime } from '../../runtime/index.ts';
import { Sim } from '../../sim/index.ts';

const shape: ClusterShape = { brokers: ['b1', 'b2', 'b3'], clients: ['p1', 'c1', 'c2'], stormMs: 20_000 };
const WARM_UP_US = 1_000_000;
const CALM_US = 25_000_000;

describe.each(faultKinds)('%s', (kind) => {
  test('touches something and heals', async () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const plan = generatePlan(planArbitrary([kind], shape, { minFaults: 1, maxFaults: 1 }), seed);
      const { affected, alive, lost } = await storm(seed, plan);
      expect(affected.map((count) => count > 0), JSON.stringify(plan.faults)).toEqual([true]);
      expect(alive).toEqual([...shape.brokers, ...shape.clients].filter((name) => !lost.has(name)));
      expect([...lost]).toEqual(kind === 'consumer-loss' ? plan.faults[0]?.target : []);
    }
  });
});

test('plans of many faults leave none without effect, and a world that goes on', async () => {
  const arb = planArbitrary(faultKinds, shape, { minFaults: 3, maxFaults: 6 });
  for (let seed = 1; seed <= 60; seed += 1) {
    const plan = generatePlan(arb, seed);
    const { affected, alive, lost } = await storm(seed, plan);
    const idle = plan.faults.filter((_, index) => (affected[index] ?? 0) === 0);
    expect(idle, `seed ${seed}: ${JSON.stringify(plan.faults)}`).toEqual([]);
    expect(alive, `seed ${seed}: ${JSON.stringify(plan.faults)}`).toEqual([...shape.brokers, ...shape.clients].filter((name) => !lost.has(name)));
  }
});

const at = (kind: Fault['kind'], atMs: number, durationMs: number, params: Fault['params'] = {}): Fault => ({ id: `${kind}-${atMs}`, kind, atMs, durationMs, target: ['b1'], params });
const planOf = (...faults: Fault[]): FaultPlan => ({ version: 1, faults });

test('a node killed while paused is not continued, and is started again by the kill', async () => {
  const { affected, trace, alive } = await storm(1, planOf(at('broker-pause', 0, 8_000), at('broker-kill', 2_000, 3_000)));
  expect(trace.filter((kind) => kind.startsWith('b1 node.'))).toEqual(['b1 node.start', 'b1 node.pause', 'b1 node.kill', 'b1 node.start']);
  expect(affected.every((count) => count > 0)).toBe(true);
  expect(alive).toContain('b1');
});

test('a kill that meets a dead node does nothing, says so, and starts nothing early', async () => {
  const { affected, trace } = await storm(1, planOf(at('broker-kill', 0, 8_000), at('broker-kill', 2_000, 3_000)));
  expect(affected.map((count) => count > 0)).toEqual([true, false]);
  expect(trace.filter((kind) => kind.startsWith('b1 node.'))).toEqual(['b1 node.start', 'b1 node.kill', 'b1 node.start']);
});

/** Brokers that write, read and look at the clock, and clients that talk to each of them, ten times a second. */
async function storm(seed: number, plan: FaultPlan): Promise<{ affected: number[]; alive: string[]; lost: Set<string>; trace: string[] }> {
  const trace: string[] = [];
  const sim = new Sim({ seed, keep: ({ node, kind }) => trace.push(`${node} ${kind}`) });
  const beats = new Map<string, number>();
  const lost = new Set<string>();
  const restart = (name: string): void => { if (sim.node(name).state === 'down' && !lost.has(name)) sim.node(name).start(); };
  const beat = (rt: Runtime): void => { beats.set(rt.node, sim.nowUs); };
  for (const name of shape.brokers) sim.addNode({ name, role: 'broker', main: (rt) => serve(rt, beat), onExit: () => void sim.control.after(1_000_000, 'supervisor', () => restart(name)) });
  for (const name of shape.clients) sim.addNode({ name, role: 'client', main: (rt) => talk(rt, beat) });
  const world: FaultWorld = {
    sim, brokers: shape.brokers, clients: shape.clients, restart,
    terminate: (name) => sim.node(name).after(0, 'SIGTERM', () => sim.node(name).runtime.exit('closed')),
    lose: (name, reason) => {
      lost.add(name);
      return sim.node(name).kill(reason);
    },
  };
  const active: (ActiveFault | undefined)[] = plan.faults.map(() => undefined);
  sim.control.after(0, 'begin', () => {
    for (const name of [...shape.brokers, ...shape.clients]) sim.node(name).start();
    plan.faults.forEach((fault, index) => {
      sim.control.after(WARM_UP_US + fault.atMs * 1000, 'fault.begin', () => { active[index] = faultTypes[fault.kind].begin(world, fault); });
      sim.control.after(WARM_UP_US + (fault.atMs + fault.durationMs) * 1000, 'fault.end', () => active[index]?.end());
    });
  });
  const endUs = WARM_UP_US + shape.stormMs * 1000 + CALM_US;
  await sim.runUntil(() => false, endUs);
  sim.close();
  expect(sim.findings).toEqual([]);
  const alive = [...shape.brokers, ...shape.clients].filter((name) => (beats.get(name) ?? 0) > endUs - 2_000_000);
  return { affected: active.map((fault) => fault?.affected() ?? 0), alive, lost, trace };
}

async function serve(rt: Runtime, beat: (rt: Runtime) => void): Promise<void> {
  await rt.network.listen({ host: rt.node, port: 9092 }, (connection) => {
    connection.onData = (chunk) => void connection.write([chunk]);
  });
  for (let at = 0; ; at += 1) {
    const key = `wal/${rt.node}/${rt.clock.nowMs()}-${at}`;
    const outcome = await rt.objects.put(key, Buffer.from('x'), { ifAbsent: true });
    if (outcome === 'stored') beat(rt);
    await rt.objects.get(key).catch(() => undefined);
    rt.clock.monotonicMs();
    await rt.clock.sleep(100);
  }
}

async function talk(rt: Runtime, beat: (rt: Runtime) => void): Promise<void> {
  const lines = new Map<string, Connection>();
  for (;;) {
    for (const host of shape.brokers) {
      const line = lines.get(host) ?? (await rt.network.connect({ host, port: 9092 }, 500).catch(() => undefined));
      if (line === undefined) continue;
      lines.set(host, line);
      line.onData = () => beat(rt);
      line.onClose = () => lines.delete(host);
      line.write([Buffer.from('ping')]);
    }
    await rt.clock.sleep(100);
  }
}
