/** The room's front door; `sim.ts` tells the story. */
export * from './determinism.ts';
export * from './finding.ts';
export type { LinkRule } from './link.ts';
export { SimNetwork } from './network.ts';
export { SimNode } from './node.ts';
export type { NodeOptions } from './node.ts';
export { SimRandom } from './random.ts';
export * from './sim.ts';
export { SimStore, STORE_NODE } from './store.ts';
export * from './store-rule.ts';
export { CHECKPOINT_EVENTS } from './tracer.ts';
export * from './uncontrolled.ts';
export { SimVolume } from './volume.ts';
export * from './volume-rule.ts';
