/** Fault plans in files: what `shrink` writes and `repro --plan` takes. */
import { candidates, faultTypes, parsePlan, PlanError, type FaultPlan } from '../faults/index.ts';
import { type Scenario, shapeOf } from '../scenarios/index.ts';
import { usage } from './complaint.ts';
import { readTextFile, writeTextFile } from './files.ts';
import { quoted } from './options.ts';

export interface GivenPlan {
  readonly plan: FaultPlan;
  readonly file: string;
}

export function readPlan(path: string, scenario: Scenario): GivenPlan {
  const text = readTextFile('the plan', path);
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usage(`the plan ${path} is not JSON: ${error.message}; wavetank shrink writes one that is`);
  }
  try {
    const plan = parsePlan(json);
    checkScenario(plan, path, scenario);
    return { plan, file: path };
  } catch (error) {
    if (error instanceof PlanError) throw usage(`the plan ${path}, at ${error.path}: ${error.problem}`);
    throw error;
  }
}

export function writePlan(path: string, plan: FaultPlan): void {
  writeTextFile('the plan', path, `${JSON.stringify(plan, null, 2)}\n`);
}

/** A plan made for another scenario, or a slip of the hand: better said now than by a simulator that looks for a node it does not have. */
function checkScenario(plan: FaultPlan, path: string, scenario: Scenario): void {
  const shape = shapeOf(scenario);
  for (const [index, { kind, target, atMs, durationMs }] of plan.faults.entries()) {
    const { on } = faultTypes[kind];
    const names = candidates(faultTypes[kind], shape);
    const complain = (problem: string): Error => usage(`the plan ${path}, at faults[${index}].target: ${problem}; it has ${names.join(', ')}`);
    const stranger = target.find((name) => !names.includes(name));
    if (stranger !== undefined) throw complain(`${kind} is done to ${on}, and ${scenario.name} has none named ${quoted(stranger)}`);
    if (atMs + durationMs > shape.stormMs) throw usage(`the plan ${path}, at faults[${index}]: it ends ${atMs + durationMs} ms into the storm, which lasts ${shape.stormMs} ms in ${scenario.name}; make atMs or durationMs smaller`);
    if (target.length === 0 && on !== 'brokers') throw complain(`${kind} needs the name of a ${on.slice(0, -1)} of ${scenario.name}`);
  }
  const lost = new Set(plan.faults.flatMap(({ kind, target }) => (kind === 'consumer-loss' ? target : [])));
  if (lost.size > 0 && lost.size === candidates(faultTypes['consumer-loss'], shape).length) throw usage(`the plan ${path}: it loses every consumer of ${scenario.name}, so that nobody is left to take over; spare one`);
}
