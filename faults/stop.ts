/**
 * Ends and pauses of processes, so that overlapping faults on one node compose: a stop waits until the node runs
 * (it may just be restarting by itself), and a heal touches only what its own stop left behind.
 */
import type { SimNode } from '../sim/index.ts';
import type { ActiveFault, Fault, FaultWorld } from './fault.ts';
import { reached } from './target.ts';

/** `stop` ends the process and says how much it dropped. Restarted at the end of the window. */
export function stopNode(world: FaultWorld, fault: Fault, stop: (node: SimNode) => number): ActiveFault {
  let affected = 0;
  const stopped = new Map<string, number>();
  const waits = reached(fault, world).map((name) =>
    whenUp(world, name, (node) => {
      affected += stop(node);
      stopped.set(name, node.incarnation);
    }),
  );
  return {
    end() {
      for (const wait of waits) wait.cancel();
      for (const [name, incarnation] of stopped) {
        const node = world.sim.node(name);
        if (node.state === 'down' && node.incarnation === incarnation) world.restart(name);
      }
    },
    affected: () => affected,
  };
}

/** SIGSTOP and SIGCONT. */
export function pauseNode(world: FaultWorld, fault: Fault): ActiveFault {
  let affected = 0;
  const paused = new Map<SimNode, number>();
  const waits = reached(fault, world).map((name) =>
    whenUp(world, name, (node) => {
      node.pause();
      paused.set(node, node.incarnation);
    }),
  );
  return {
    end() {
      for (const wait of waits) wait.cancel();
      for (const [node, incarnation] of paused) {
        // Killed meanwhile: what was held died with the process, and that is an effect of its own.
        if (node.state !== 'paused' || node.incarnation !== incarnation) affected += 1;
        else affected += node.resume();
      }
    },
    affected: () => affected,
  };
}

const RETRY_MS = 50;

/** Runs `act` now, or as soon as the node runs. Until then it looks again every 50 ms. */
export function whenUp(world: FaultWorld, name: string, act: (node: SimNode) => void): { cancel(): void } {
  let over = false;
  const look = (): void => {
    if (over) return;
    const node = world.sim.node(name);
    if (node.running) {
      over = true;
      act(node);
    } else world.sim.control.after(RETRY_MS * 1000, 'fault.wait', look);
  };
  look();
  return { cancel: () => { over = true; } };
}
