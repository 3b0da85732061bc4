/** The scenarios that were named, or all that belong to a default run. */
import { findScenario, scenarios, type Scenario } from '../scenarios/index.ts';
import { usage } from './complaint.ts';
import { nearest } from './nearest.ts';
import { quoted } from './options.ts';

export function chooseScenarios(names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return scenarios.filter(({ inDefaultRun }) => inDefaultRun);
  return [...new Set(names)].map(chooseScenario);
}

export function chooseScenario(name: string): Scenario {
  const scenario = findScenario(name);
  if (scenario) return scenario;
  const guess = nearest(name, scenarios.map((known) => known.name));
  throw usage(`there is no scenario ${quoted(name)}; ${guess === undefined ? '' : `did you mean ${guess}? `}wavetank list shows them all`);
}
