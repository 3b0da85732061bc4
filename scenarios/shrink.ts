/** Makes the plan of a failing seed as small as it goes while the same promise is still broken by the same party. */
import { type FaultPlan, shrinkPlan, type ShrinkStep } from '../faults/index.ts';
import type { TraceEvent, Violation } from '../runtime/index.ts';
import { planArbitraryOf } from './run.ts';
import { runScenario } from './runner.ts';
import type { RunResult, Scenario } from './scenario.ts';

export interface ShrunkFailure {
  readonly original: RunResult;
  /** Of the smallest plan found. */
  readonly smallest: RunResult;
  /** The violation that was kept, as it shows in `smallest`. */
  readonly violation: Violation;
  readonly tries: number;
}

/** Undefined when the seed does not fail. `alike` takes a closer look, at the trace, at whether a failure is still the same one. */
export async function shrinkFailure(
  scenario: Scenario,
  seed: number,
  onStep?: (step: ShrinkStep) => void,
  alike?: (events: readonly TraceEvent[]) => boolean,
): Promise<ShrunkFailure | undefined> {
  const original = await runScenario(scenario, { seed });
  const kept = mainViolation(original);
  if (kept === undefined) return undefined;
  let tries = 0;
  let best = original;
  const plan = await shrinkPlan(
    planArbitraryOf(scenario),
    seed,
    async (candidate) => {
      const events: TraceEvent[] = [];
      const keep = alike === undefined ? {} : { keep: (event: TraceEvent) => events.push(event) };
      const result = await runScenario(scenario, { seed, plan: candidate, ...keep });
      const fails = sameViolation(result, kept) !== undefined && (alike === undefined || alike(events));
      if (fails) best = result;
      return fails;
    },
    (step) => {
      tries = step.tries;
      onStep?.(step);
    },
  );
  const smallest = samePlan(best.plan, plan) ? best : await runScenario(scenario, { seed, plan });
  return { original, smallest, violation: sameViolation(smallest, kept) ?? kept, tries };
}

/** What a failing run is about: the first broken promise that is not the harness's own. */
export function mainViolation({ violations }: RunResult): Violation | undefined {
  return violations.find(({ blame }) => blame !== 'simulator') ?? violations[0];
}

function sameViolation({ violations }: RunResult, { invariant, blame }: Violation): Violation | undefined {
  return violations.find((violation) => violation.invariant === invariant && violation.blame === blame);
}

function samePlan(a: FaultPlan, b: FaultPlan): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

