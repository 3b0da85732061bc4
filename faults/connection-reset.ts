/**
 * Connections of brokers are reset again and again, as a failing load balancer does: each request in flight has an unknown outcome.
 * Of most brokers: one that has just come back leads nothing, and nobody is connected to it.
 */
import { number, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { targetSide } from './link.ts';
import { faultArbitrary, millis, mostBrokers } from './window.ts';

export const connectionReset: FaultType = {
  kind: 'connection-reset',
  summary: 'All connections of some brokers are reset, several times in a row.',
  on: 'brokers',
  params: { everyMs: { min: 10, max: 60_000 } },
  applies: (shape) => shape.brokers.length > 0 && shape.clients.length > 0,
  arbitrary: (shape) =>
    faultArbitrary('connection-reset', shape, { minMs: 1_500, maxMs: 5_000, target: mostBrokers(shape), params: millis(200, 1_000).map((everyMs) => ({ everyMs })) }),
  describe: (fault) => `connections of ${targets(fault)} reset every ${number(fault, 'everyMs')} ms for ${seconds(fault.durationMs)}`,
  begin(world, fault) {
    const hit = targetSide(world, fault);
    const everyUs = number(fault, 'everyMs') * 1000;
    let affected = 0;
    let over = false;
    const reset = (): void => {
      if (over) return;
      affected += world.sim.network.resetConnections((a, b) => hit(a) || hit(b));
      world.sim.control.after(everyUs, 'fault.reset', reset);
    };
    reset();
    return { end: () => { over = true; }, affected: () => affected };
  },
};
