/** The room's front door: the scenarios, and how one is run, shrunk, compared and told. */
import { brokerLoss } from './broker-loss.ts';
import { networkPartition } from './network-partition.ts';
import { payments } from './payments.ts';
import { perfectStorm } from './perfect-storm.ts';
import { quietSea } from './quiet-sea.ts';
import { rebalanceChurn } from './rebalance-churn.ts';
import { s3LatencySpike } from './s3-latency-spike.ts';
import type { Scenario } from './scenario.ts';
import { walStall } from './wal-stall.ts';

export const scenarios: readonly Scenario[] = [quietSea, brokerLoss, walStall, s3LatencySpike, networkPartition, rebalanceChurn, perfectStorm, payments];

export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}

export { invariants } from './invariants/catalogue.ts';
export { judge } from './invariants/index.ts';
export { type Demo, runDemo, type StoryPart } from './demo.ts';
export { lostRecord, type LostRecord } from './lost-record.ts';
export { type Repetition, runTwice } from './meta.ts';
export { planOf, type RunOptions, shapeOf } from './run.ts';
export { runScenario } from './runner.ts';
export type { GroupConfig, ProducerConfig, RunResult, Scenario, ScenarioConfig } from './scenario.ts';
export { mainViolation, shrinkFailure, type ShrunkFailure } from './shrink.ts';
export { traceFooter, traceHeader, type Versions } from './trace-file.ts';
