/** Small worlds for the tests of this room. */
import { Sim } from '../../sim/index.ts';
import type { NodeOptions, SimNode } from '../../sim/index.ts';
import type { Connection, NodeRole, Runtime, TraceEvent } from '../../runtime/index.ts';

export const SECOND_US = 1_000_000;

export interface Recorded {
  readonly sim: Sim;
  readonly trace: TraceEvent[];
}

export function recorded(seed: number): Recorded {
  const trace: TraceEvent[] = [];
  return { sim: new Sim({ seed, keep: (event) => { trace.push(event); } }), trace };
}

/** A node that is started at once. */
export function started(sim: Sim, name: string, main: NodeOptions['main'], role: NodeRole = 'client'): SimNode {
  const node = sim.addNode({ name, role, main });
  node.start();
  return node;
}

/** Runs `job` on a node of its own and gives what it gives. */
export async function inside<T>(sim: Sim, job: (rt: Runtime) => Promise<T> | T, deadlineUs = sim.nowUs + 60 * SECOND_US): Promise<T> {
  let result: { value: T } | undefined;
  started(sim, `job${sim.lanes.length}`, async (rt) => { result = { value: await job(rt) }; });
  await sim.runUntil(() => result !== undefined || sim.findings.length > 0, deadlineUs);
  if (result === undefined) throw new Error(`the job did not finish: ${JSON.stringify(sim.findings)}`);
  return result.value;
}

/** Sends back what it gets. */
export function echo(port = 9000): NodeOptions['main'] {
  return async (rt) => {
    await rt.network.listen({ host: rt.node, port }, (connection) => {
      connection.onData = (chunk) => { connection.write([chunk]); };
    });
  };
}

/** Collects what arrives, as text, and how it ended. */
export function collect(connection: Connection): { text: string; closed: string | undefined } {
  const seen: { text: string; closed: string | undefined } = { text: '', closed: undefined };
  connection.onData = (chunk) => { seen.text += chunk.toString(); };
  connection.onClose = (error) => { seen.closed = error?.code ?? 'end'; };
  return seen;
}
