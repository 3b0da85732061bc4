/**
 * The demonstration: finds a seed at which the payments scenario loses a payment, makes its storm as small as it goes, and tells in plain words
 * what was lost and why. Returns text; whoever calls prints it.
 */
import { describeFault, type FaultPlan, type ShrinkStep } from '../faults/index.ts';
import type { TraceEvent } from '../runtime/index.ts';
import { type LostRecord, lostRecord } from './lost-record.ts';
import { payments } from './payments.ts';
import { runScenario } from './runner.ts';
import type { RunResult } from './scenario.ts';
import { mainViolation, type ShrunkFailure, shrinkFailure } from './shrink.ts';

export interface Demo {
  /** First seed at which a payment is lost because the process that held it died. */
  readonly seed: number;
  readonly shrunk: ShrunkFailure;
  /** The smallest run again, with its trace. */
  readonly result: RunResult;
  readonly events: readonly TraceEvent[];
  readonly story: readonly StoryPart[];
}

export interface StoryPart {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** Undefined when none of the seeds fails in the way the story is about, which would itself be news. */
export async function runDemo(onProgress?: (what: string) => void, maxSeeds = 100): Promise<Demo | undefined> {
  for (let seed = 1; seed <= maxSeeds; seed += 1) {
    onProgress?.(`seed ${seed}`);
    const first = await traced(seed);
    if (mainViolation(first.result)?.invariant !== 'group-skip' || !consumerDied(first.events)) continue;
    const onStep = ({ tries, plan }: ShrinkStep): void => onProgress?.(`seed ${seed} loses a payment; try ${tries} of a smaller storm, ${count(plan.faults.length, 'fault')}`);
    const shrunk = await shrinkFailure(payments, seed, onStep, consumerDied);
    if (shrunk === undefined) continue;
    const { result, events } = await traced(seed, shrunk.smallest.plan);
    return { seed, shrunk, result, events, story: tell(seed, shrunk, result, lostRecord(events, GROUP)) };
  }
  return undefined;
}

const GROUP = payments.config.group.name;

/** The case the demonstration tells: there are others, and each is lost for the same reason. */
function consumerDied(events: readonly TraceEvent[]): boolean {
  return lostRecord(events, GROUP)?.cause === 'died';
}

async function traced(seed: number, plan?: FaultPlan): Promise<{ readonly result: RunResult; readonly events: readonly TraceEvent[] }> {
  const events: TraceEvent[] = [];
  const keep = (event: TraceEvent): void => {
    events.push(event);
  };
  const result = await runScenario(payments, plan === undefined ? { seed, keep } : { seed, plan, keep });
  return { result, events };
}

function tell(seed: number, { original, smallest, violation, tries }: ShrunkFailure, result: RunResult, lost: LostRecord | undefined): StoryPart[] {
  const parts: StoryPart[] = [
    {
      heading: 'What failed',
      lines: [`Seed ${seed} of payments breaks ${violation.invariant}: ${violation.summary}`, `To blame: the ${violation.blame}. No broker broke a promise.`],
    },
    {
      heading: 'The smallest storm that still does it',
      lines: [
        `${count(original.plan.faults.length, 'fault')} at first, ${count(smallest.plan.faults.length, 'fault')} after ${count(tries, 'try', 'tries')}:`,
        ...smallest.plan.faults.map((fault) => `${describeFault(fault)}, ${(fault.atMs / 1000).toFixed(1)} s into the storm`),
      ],
    },
  ];
  if (lost !== undefined) {
    parts.push({ heading: `How payment ${lost.value} was lost`, lines: lost.steps.map(({ atUs, what }) => `${(atUs / 1e6).toFixed(3)} s  ${what}`) });
  }
  parts.push(
    {
      heading: 'Why',
      lines: [
        'The service commits the offset of a payment before it has made the payment.',
        'A commit says "everything below this is done". When the process dies in between, its successor starts at the commit, and nobody ever looks back.',
      ],
    },
    {
      heading: 'What to do',
      lines: [
        'Process first, then commit. A crash in between then repeats payments instead of losing them.',
        'So make each payment safe to repeat: remember its id with its effect, in one transaction.',
      ],
    },
    { heading: 'The same storm again', lines: [`wavetank repro payments --seed ${seed}`, `trace hash ${result.hash}`] },
  );
  return parts;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
