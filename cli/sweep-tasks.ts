/** What a sweep has to do, as one list that parts can be cut from. */
import type { Task } from './messages.ts';
import { seedCount, shardIndexes, type SeedRange, type Shard } from './options.ts';

/** Every scenario with every seed, or one part of that. */
export function sweepTasks(scenarios: readonly string[], seeds: SeedRange, shard: Shard | null): Task[] {
  const perScenario = seedCount(seeds);
  return shardIndexes(scenarios.length * perScenario, shard ?? { index: 1, of: 1 }).map((index) => ({
    scenario: scenarios[Math.floor(index / perScenario)] as string,
    seed: seeds.first + (index % perScenario),
  }));
}
