/** One run, put together and not yet begun: world, machines, clients, faults. */
import { type ClusterShape, type FaultPlan, generatePlan, planArbitrary } from '../faults/index.ts';
import type { TraceEvent } from '../runtime/index.ts';
import { Sim } from '../sim/index.ts';
import { Cluster } from './cluster.ts';
import { History } from './history.ts';
import type { Scenario } from './scenario.ts';
import { Storm } from './storm.ts';
import { WhiteBox } from './white-box.ts';
import { consume } from './workloads/consumer.ts';
import { Board, type ClientContext } from './workloads/context.ts';
import { readEverything } from './workloads/final-reader.ts';
import { observe } from './workloads/observer.ts';
import { produce } from './workloads/producer.ts';
import { createTopic } from './workloads/setup.ts';

export interface RunOptions {
  readonly seed: number;
  /** Instead of the one drawn from the seed. */
  readonly plan?: FaultPlan;
  /** Gets every event of the trace; without it nothing is kept, and the hash is the same. */
  readonly keep?: (event: TraceEvent) => void;
}

export interface Run {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly plan: FaultPlan;
  readonly sim: Sim;
  readonly cluster: Cluster;
  readonly storm: Storm;
  readonly context: ClientContext;
  readonly whiteBox: WhiteBox;
  readonly producers: readonly string[];
  readonly members: readonly string[];
}

export function prepare(scenario: Scenario, { seed, plan = planOf(scenario, seed), keep }: RunOptions): Run {
  const { config } = scenario;
  const sim = new Sim(keep === undefined ? { seed } : { seed, keep });
  const nowUs = (): number => sim.nowUs;
  const whiteBox = new WhiteBox(nowUs);
  const cluster = new Cluster(sim, config.brokers, whiteBox);
  const context: ClientContext = {
    history: new History(nowUs),
    bootstrap: cluster.bootstrap,
    topic: config.topic,
    partitions: config.partitions,
    phase: { storm: false, producing: true, consuming: true },
    board: new Board(nowUs),
  };
  const producers = config.producers.map((producer, index) => {
    const name = `p${index + 1}`;
    cluster.add(name, 'client', (rt) => produce(rt, context, producer));
    return name;
  });
  const members = numbered('c', config.group.members);
  for (const name of members) cluster.add(name, 'client', (rt) => consume(rt, context, config.group));
  cluster.add('setup', 'client', (rt) => createTopic(rt, context));
  cluster.add('observer', 'client', (rt) => observe(rt, context, config.group.name));
  cluster.add('final', 'client', (rt) => readEverything(rt, context, config.group.name));
  const clients = [...producers, ...members];
  const storm = new Storm({ sim, brokers: cluster.brokers, clients, restart: (name) => cluster.restart(name), terminate: (name) => cluster.terminate(name), lose: (name, reason) => cluster.lose(name, reason) }, plan);
  return { scenario, seed, plan, sim, cluster, storm, context, whiteBox, producers, members };
}

/** The faults this seed brings to a scenario. */
export function planOf(scenario: Scenario, seed: number): FaultPlan {
  return generatePlan(planArbitraryOf(scenario), seed);
}

export function planArbitraryOf(scenario: Scenario): ReturnType<typeof planArbitrary> {
  const { faults, minFaults, maxFaults } = scenario;
  return planArbitrary(faults, shapeOf(scenario), { minFaults, maxFaults });
}

/** Whom the faults of a plan can be done to, and for how long. */
export function shapeOf({ config }: Scenario): ClusterShape {
  return {
    brokers: numbered('b', config.brokers),
    clients: [...numbered('p', config.producers.length), ...numbered('c', config.group.members)],
    stormMs: config.stormMs,
  };
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
