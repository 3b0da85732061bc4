/** What is still wrong when patience has ended: who waits for what, since when. A liveness failure that does not say why helps nobody. */
import type { Tp } from '../runtime/index.ts';
import type { Sim } from '../sim/index.ts';
import type { Board, ClientContext } from './workloads/context.ts';

/** One sentence. `what` is what had to be done; `clients` are those who might know why it is not. */
export function pendingSentence(sim: Sim, context: ClientContext, what: string, clients: readonly string[], limitMs: number): string {
  const down = clients.filter((name) => sim.node(name).state !== 'up').map((name) => `${name} is ${sim.node(name).state}`);
  const late = clients.some((name) => name.startsWith('c')) ? behind(context) : [];
  const why = [...waiting(sim.nowUs, context.board, clients), ...late, ...down].join('; ');
  sim.control.runtime.tracer.trace('run.pending', { what, why });
  return `${limitMs / 1000} s were not enough to ${what}${why === '' ? '' : `: ${why}`}`;
}

/** Partitions whose acknowledged records the group has not processed, and still will: those below its committed offset are nobody's any more. */
export function behind({ board, topic, partitions }: ClientContext): string[] {
  const late: string[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const tp: Tp = `${topic}-${partition}`;
    const acked = board.acked.get(tp) ?? 0;
    const processed = board.processed.get(tp) ?? 0;
    if (Math.max(processed, board.committed.get(tp) ?? 0) < acked) late.push(`${tp} is processed up to ${processed} of ${acked}`);
  }
  return late;
}

function waiting(nowUs: number, board: Board, clients: readonly string[]): string[] {
  const reasons: string[] = [];
  for (const name of clients) {
    const status = board.clients.get(name);
    if (status === undefined) reasons.push(`${name} has not started`);
    else if (!status.done) reasons.push(`${status.process} has been ${status.doing} for ${((nowUs - status.sinceUs) / 1e6).toFixed(1)} s`);
  }
  return reasons;
}
