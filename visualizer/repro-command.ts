/** The command that brings a run back: the one on the page, and the one that the command line prints. */
export interface Reproducible {
  readonly scenario: string;
  readonly seed: number;
  /** Where the plan is, for a run whose faults are not those of its seed. */
  readonly planFile?: string | undefined;
}

export function reproCommand({ scenario, seed, planFile }: Reproducible): string {
  return `npx wavetank repro ${shellWord(scenario)} --seed ${shellWord(seed)}${planFile === undefined ? '' : ` --plan ${shellWord(planFile)}`}`;
}

/** As a shell reads it: one word, whatever is in it. A trace may come from anybody, and its command is there to be pasted. */
function shellWord(value: string | number): string {
  const text = String(value);
  return /^[\w./@%+:=,][\w./@%+:=,-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
