/** A slow network between brokers and everybody else. */
import { delays, seconds, targets } from './describe.ts';
import type { FaultType } from './fault.ts';
import { anySide, bothWays, linkFault, targetSide } from './link.ts';
import { delayUs } from './store.ts';
import { anyBrokers, delayParams, delayRange, faultArbitrary } from './window.ts';

export const linkLatency: FaultType = {
  kind: 'link-latency',
  summary: 'Bytes to and from one broker, or all of them, arrive late.',
  on: 'brokers',
  params: delayParams,
  applies: (shape) => shape.brokers.length > 0,
  arbitrary: (shape) => faultArbitrary('link-latency', shape, { minMs: 2_000, maxMs: 20_000, target: anyBrokers(shape), params: delayRange(5, 500) }),
  describe: (fault) => `${delays(fault)} on the links of ${targets(fault)} for ${seconds(fault.durationMs)}`,
  begin: (world, fault) => linkFault(world, fault, bothWays(targetSide(world, fault), anySide()), { kind: 'delay', ...delayUs(fault) }),
};
