/** A plan as people and files hold it: checked on the way in, described on the way out. */
import { faultTypes } from './catalogue.ts';
import { faultKinds } from './fault.ts';
import type { Fault, FaultKind, FaultParams, FaultPlan, ParamRule } from './fault.ts';

/** Checks JSON that came from outside. Throws `PlanError`, which names the path and what was expected there. */
export function parsePlan(json: unknown): FaultPlan {
  const plan = object(json, 'plan');
  if (plan['version'] !== 1) throw new PlanError('version', `expected 1, found ${show(plan['version'])}; this version of Wavetank reads plans of version 1 only`);
  if (!Array.isArray(plan['faults'])) throw new PlanError('faults', `expected an array of faults, found ${show(plan['faults'])}`);
  onlyKeys(plan, ['version', 'faults'], '');
  const faults = (plan['faults'] as unknown[]).map((fault, index) => parseFault(fault, `faults[${index}]`));
  const seen = new Map<string, number>();
  for (const [index, fault] of faults.entries()) {
    const first = seen.get(fault.id);
    if (first !== undefined) throw new PlanError(`faults[${index}].id`, `${show(fault.id)} is already the id of faults[${first}]; ids must be unique`);
    seen.set(fault.id, index);
  }
  return { version: 1, faults };
}

export class PlanError extends Error {
  constructor(
    /** Where in the plan, e.g. `faults[2].kind`. */
    readonly path: string,
    /** What was expected there, and what to do. */
    readonly problem: string,
  ) {
    super(`fault plan, at ${path}: ${problem}`);
    this.name = 'PlanError';
  }
}

/** One phrase for people: "kill -9 of b1 for 4.0 s". */
export function describeFault(fault: Fault): string {
  return faultTypes[fault.kind].describe(fault);
}

function parseFault(json: unknown, path: string): Fault {
  const fault = object(json, path);
  onlyKeys(fault, ['id', 'kind', 'atMs', 'durationMs', 'target', 'params'], path);
  const kind = fault['kind'];
  if (!faultKinds.includes(kind as FaultKind)) throw new PlanError(`${path}.kind`, `${show(kind)} is no fault; expected one of ${faultKinds.join(', ')}`);
  const target = fault['target'];
  if (!Array.isArray(target) || !target.every((name) => typeof name === 'string' && name !== '')) {
    throw new PlanError(`${path}.target`, `expected an array of node names such as ["b1"], found ${show(target)}`);
  }
  const twice = target.find((name, index) => target.indexOf(name) !== index);
  if (twice !== undefined) throw new PlanError(`${path}.target`, `${show(twice)} is there twice`);
  const id = fault['id'];
  if (typeof id !== 'string' || id === '') throw new PlanError(`${path}.id`, `expected a name that is unique in the plan, found ${show(id)}`);
  return {
    id,
    kind: kind as FaultKind,
    atMs: wholeMs(fault['atMs'], `${path}.atMs`),
    durationMs: wholeMs(fault['durationMs'], `${path}.durationMs`),
    target: [...(target as string[])],
    params: parseParams(fault['params'], kind as FaultKind, `${path}.params`),
  };
}

/** Exactly the parameters of this kind of fault, each within its rule. */
function parseParams(json: unknown, kind: FaultKind, path: string): FaultParams {
  const params = object(json, path);
  const rules = faultTypes[kind].params;
  onlyKeys(params, Object.keys(rules), path);
  for (const [name, rule] of Object.entries(rules)) {
    if (!follows(params[name], rule)) throw new PlanError(`${path}.${name}`, `${kind} needs ${isChoice(rule) ? `one of ${rule.join(', ')}` : `a whole number from ${rule.min} to ${rule.max}${rule.not === undefined ? '' : `, and not ${rule.not}`}`}, found ${show(params[name])}`);
  }
  const [min, max] = [params['minMs'], params['maxMs']];
  if (Number(min) > Number(max)) throw new PlanError(`${path}.maxMs`, `expected at least minMs, which is ${show(min)}, found ${show(max)}`);
  return { ...params } as FaultParams;
}

function follows(value: unknown, rule: ParamRule): boolean {
  if (isChoice(rule)) return rule.includes(value as string);
  return Number.isInteger(value) && (value as number) >= rule.min && (value as number) <= rule.max && value !== rule.not;
}

function isChoice(rule: ParamRule): rule is readonly string[] {
  return Array.isArray(rule);
}

function wholeMs(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new PlanError(path, `expected whole milliseconds, 0 or more, found ${show(value)}`);
  return value;
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PlanError(path, `expected an object, found ${show(value)}`);
  return value as Record<string, unknown>;
}

/** A misspelt key would be a fault that silently does less than its author believes. */
function onlyKeys(value: Record<string, unknown>, known: readonly string[], path: string): void {
  const extra = Object.keys(value).find((key) => !known.includes(key));
  if (extra !== undefined) throw new PlanError(path === '' ? extra : `${path}.${extra}`, `unknown key; expected ${known.length === 0 ? 'none' : known.join(', ')}`);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
