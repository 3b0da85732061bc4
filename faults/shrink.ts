/**
 * From a seed to a plan, and from a plan that fails to a smaller one that still does, by walking fast-check's own shrink
 * tree: the first smaller plan that still fails becomes the new start, until none does.
 */
import * as fc from 'fast-check';
import type { FaultPlan } from './fault.ts';
import { planRandom } from './plan-random.ts';

/** `stillFails` decides what counts as the same failure. Returns the smallest plan met; at worst the generated one, which it does not run. */
export async function shrinkPlan(
  arb: fc.Arbitrary<FaultPlan>,
  seed: number,
  stillFails: (plan: FaultPlan) => Promise<boolean>,
  onStep?: (step: ShrinkStep) => void,
): Promise<FaultPlan> {
  let smallest = rootOf(arb, seed);
  const tried = new Set<string>();
  let tries = 0;
  for (let descent = 0; descent < MAX_DESCENTS; descent += 1) {
    let next: fc.Value<FaultPlan> | undefined;
    for (const candidate of arb.shrink(smallest.value_, smallest.context)) {
      const plan = plain(candidate);
      const text = JSON.stringify(plan);
      if (tried.has(text)) continue;
      if (tries >= MAX_TRIES) break;
      tried.add(text);
      tries += 1;
      const fails = await stillFails(plan);
      onStep?.({ tries, plan, fails });
      if (!fails) continue;
      next = candidate;
      break;
    }
    if (next === undefined) break;
    smallest = next;
  }
  return plain(smallest);
}

/** The plan of this seed, as plain JSON. */
export function generatePlan(arb: fc.Arbitrary<FaultPlan>, seed: number): FaultPlan {
  return plain(rootOf(arb, seed));
}

export interface ShrinkStep {
  /** Plans run so far. */
  readonly tries: number;
  readonly plan: FaultPlan;
  /** It still fails, so the search goes on from here. */
  readonly fails: boolean;
}

/** Each try is a whole run. */
const MAX_TRIES = 500;
const MAX_DESCENTS = 500;

function rootOf(arb: fc.Arbitrary<FaultPlan>, seed: number): fc.Value<FaultPlan> {
  return arb.generate(new fc.Random(planRandom(seed)), undefined);
}

function plain(value: fc.Value<FaultPlan>): FaultPlan {
  return JSON.parse(JSON.stringify(value.value_)) as FaultPlan;
}
