/** What the world noticed by itself (an uncaught error, something the seed does not control), as the judge takes it. */
import type { Sim } from '../sim/index.ts';
import type { JudgeFinding } from './invariants/context.ts';

export function findings(sim: Sim): JudgeFinding[] {
  return sim.findings.map(({ node, kind, message, stack, seq }) => ({
    node,
    role: sim.lanes.find((lane) => lane.node === node)?.role ?? 'control',
    // A broken promise to the runtime is as much a bug as an uncaught error.
    kind: kind === 'uncontrolled' ? 'uncontrolled' : 'crash',
    message: message + place(stack),
    seq,
  }));
}

/** The innermost frame, without the directories of the machine it happened on. */
function place(stack: string): string {
  const frame = /\n\s+at (.*)/.exec(stack)?.[1];
  if (frame === undefined) return '';
  return ` (at ${frame.replace(/\(?(?:file:\/\/)?\/.*\/((?:[^/]+\/)?[^/]+:\d+):\d+\)?/, '$1')})`;
}
