/**
 * The life of a run: boot, topic, quiet warm-up, storm, calm, drain, judgement. The same seed lives the same life.
 */
import type { Sim } from '../sim/index.ts';
import { findings } from './findings.ts';
import { judge } from './invariants/index.ts';
import { behind, pendingSentence } from './liveness.ts';
import { prepare, type Run, type RunOptions } from './run.ts';
import type { RunResult, Scenario } from './scenario.ts';
import { sometimes, workCounters } from './sometimes.ts';

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunResult> {
  const run = prepare(scenario, options);
  try {
    const pending = (await boot(run)) ?? (await live(run));
    return conclude(run, pending);
  } finally {
    run.sim.close();
  }
}

/** What could not be got ready; undefined when the cluster and its clients are at work. */
async function boot(run: Run): Promise<string[] | undefined> {
  const { sim, cluster, context, producers, members, scenario: { config } } = run;
  const expect = async (what: string, clients: readonly string[], met: () => boolean): Promise<string[] | undefined> =>
    (await until(sim, BOOT_MS, met)) ? undefined : [pendingSentence(sim, context, what, clients, BOOT_MS)];

  phase(run, 'boot');
  start(run, cluster.brokers);
  const brokers = await expect('start the brokers', [], () => cluster.up === config.brokers);
  if (brokers !== undefined) return brokers;
  start(run, ['setup']);
  const topic = await expect('create the topic', ['setup'], () => isDone(run, 'setup'));
  if (topic !== undefined) return topic;
  stop(run, ['setup']);
  phase(run, 'warm-up');
  start(run, [...members, 'observer', ...producers]);
  await until(sim, config.warmUpMs, never);
  return expect('get through a quiet warm-up', [...producers, ...members], () => context.board.acked.size > 0 && context.board.processed.size > 0);
}

/** Storm, calm and drain. Returns what was still pending when patience ended. */
async function live(run: Run): Promise<string[]> {
  const { sim, cluster, storm, context, producers, scenario: { config } } = run;
  const pending: string[] = [];
  const expect = async (what: string, clients: readonly string[], met: () => boolean): Promise<void> => {
    if (!(await until(sim, config.patienceMs, met))) pending.push(pendingSentence(sim, context, what, clients, config.patienceMs));
  };

  phase(run, 'storm');
  context.phase.storm = true;
  storm.arm();
  await until(sim, config.stormMs, never);
  await until(sim, HEAL_MS, () => storm.over);
  context.phase.storm = false;
  const members = cluster.present(run.members);

  phase(run, 'calm');
  start(run, [...cluster.brokers, ...producers, ...members, 'observer']);
  await until(sim, config.calmMs, never);
  context.phase.producing = false;
  await expect('finish all sends', producers, () => producers.every((name) => isDone(run, name)));
  await expect('process every acknowledged record', members, () => behind(context).length === 0);

  phase(run, 'drain');
  context.phase.consuming = false;
  await until(sim, LEAVE_MS, () => [...members, 'observer'].every((name) => isDone(run, name)));
  stop(run, [...producers, ...members, 'observer']);
  start(run, ['final']);
  await expect('read every partition to its end', ['final'], () => isDone(run, 'final'));
  return pending;
}

function conclude(run: Run, pending: readonly string[]): RunResult {
  const { scenario, seed, plan, sim, storm, context, whiteBox } = run;
  const history = context.history.events;
  const faults = storm.reports();
  const violations = judge(history, whiteBox.events, {
    healedAtSeq: storm.healedAtSeq, groups: [scenario.config.group.name], pending, findings: findings(sim), faults, store: sim.store.inspect(),
  });
  return {
    scenario: scenario.name,
    seed,
    plan,
    config: { ...scenario.config, settings: run.cluster.settings },
    lanes: sim.lanes,
    verdict: violations.length === 0 ? 'held' : 'violated',
    violations,
    faults,
    counters: { ...sim.counters, ...workCounters(history) },
    sometimes: sometimes(history, whiteBox),
    events: sim.events,
    hash: sim.hash(),
    simulatedUs: sim.nowUs,
  };
}

function isDone({ context }: Run, name: string): boolean {
  return context.board.clients.get(name)?.done === true;
}

function phase({ sim }: Run, name: string): void {
  sim.control.runtime.tracer.trace('run.phase', { phase: name });
}

function start({ sim, cluster }: Run, names: readonly string[]): void {
  for (const name of names) sim.control.after(0, 'node.start', () => cluster.restart(name));
}

function stop({ sim }: Run, names: readonly string[]): void {
  for (const name of names) {
    sim.control.after(0, 'node.stop', () => {
      if (sim.node(name).state !== 'down') sim.node(name).kill('finished');
    });
  }
}

/** True as soon as `met`, looked at every 50 ms; false after `limitMs`. */
async function until(sim: Sim, limitMs: number, met: () => boolean): Promise<boolean> {
  let enough = met();
  let over = false;
  const look = (): void => {
    if (over) return;
    enough = met();
    if (!enough) sim.control.after(LOOK_US, 'runner.look', look);
  };
  if (met !== never) sim.control.after(LOOK_US, 'runner.look', look);
  const reached = await sim.runUntil(() => enough, sim.nowUs + limitMs * 1000);
  over = true;
  return reached;
}

const never = (): boolean => false;
const LOOK_US = 50_000;
const BOOT_MS = 60_000;
/** Faults end inside the storm; this is for the last of their events. */
const HEAL_MS = 5_000;
/** For members to leave in good order. */
const LEAVE_MS = 5_000;
