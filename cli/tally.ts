/** Sums over a sweep. Every sum is commutative, so that the order in which workers answer leaves no mark. */
import type { SeedResult } from './seed-result.ts';

export interface ScenarioTally {
  readonly scenario: string;
  seeds: number;
  held: number;
  violated: number;
  /** Threw, died or hung: no verdict. */
  broken: number;
  events: number;
  simulatedUs: number;
  /** Summed over workers, so rates are those of one core. */
  wallMs: number;
}

export interface FaultTally {
  readonly kind: string;
  /** Faults in the plans that were run. */
  armed: number;
  fired: number;
  /** Faults that touched at least one operation. */
  effective: number;
  /** Operations touched. */
  affected: number;
}

export class Tally {
  readonly #scenarios = new Map<string, ScenarioTally>();
  readonly #faults = new Map<string, FaultTally>();
  readonly #sometimes = new Map<string, number>();

  /** `kinds`: the fault kinds that the scenarios say they arm, so that one which never came is seen. */
  constructor(scenarios: readonly string[], kinds: readonly string[]) {
    for (const scenario of scenarios) this.#scenarios.set(scenario, { scenario, seeds: 0, held: 0, violated: 0, broken: 0, events: 0, simulatedUs: 0, wallMs: 0 });
    for (const kind of kinds) this.#fault(kind);
  }

  add(result: SeedResult): void {
    const tally = this.#scenario(result.scenario);
    tally.seeds += 1;
    tally[result.verdict] += 1;
    tally.events += result.events;
    tally.simulatedUs += result.simulatedUs;
    tally.wallMs += result.wallMs;
    for (const fault of result.faults) {
      const kind = this.#fault(fault.kind);
      kind.armed += 1;
      kind.fired += fault.fired ? 1 : 0;
      kind.effective += fault.affected > 0 ? 1 : 0;
      kind.affected += fault.affected;
    }
    for (const [name, times] of Object.entries(result.sometimes)) this.#sometimes.set(name, (this.#sometimes.get(name) ?? 0) + times);
  }

  addBroken(scenario: string): void {
    const tally = this.#scenario(scenario);
    tally.seeds += 1;
    tally.broken += 1;
  }

  get scenarios(): readonly ScenarioTally[] {
    return [...this.#scenarios.values()];
  }

  get faults(): readonly FaultTally[] {
    return [...this.#faults.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  get sometimes(): readonly { readonly name: string; readonly times: number }[] {
    return [...this.#sometimes].map(([name, times]) => ({ name, times })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #scenario(name: string): ScenarioTally {
    const tally = this.#scenarios.get(name);
    if (!tally) throw new Error(`no scenario ${name} in this sweep`);
    return tally;
  }

  #fault(kind: string): FaultTally {
    let tally = this.#faults.get(kind);
    if (!tally) this.#faults.set(kind, (tally = { kind, armed: 0, fired: 0, effective: 0, affected: 0 }));
    return tally;
  }
}
