/** Fault plans in files: what `shrink` writes and `repro --plan` takes. */
import { parsePlan, PlanError, type FaultPlan } from '../faults/index.ts';
import { usage } from './complaint.ts';
import { readTextFile, writeTextFile } from './files.ts';

export function readPlan(path: string): FaultPlan {
  const text = readTextFile('the plan', path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usage(`the plan ${path} is not JSON: ${error.message}; wavetank shrink writes one that is`);
  }
  try {
    return parsePlan(json);
  } catch (error) {
    if (error instanceof PlanError) throw usage(`the plan ${path}, at ${error.path}: ${error.problem}`);
    throw error;
  }
}

export function writePlan(path: string, plan: FaultPlan): void {
  writeTextFile('the plan', path, `${JSON.stringify(plan, null, 2)}\n`);
}
