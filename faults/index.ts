/** The room's front door: the catalogue of faults, plans of them, and how plans are made, read and shrunk. */
export { planArbitrary } from './arbitraries.ts';
export { faultTypes } from './catalogue.ts';
export { faultKinds } from './fault.ts';
export type { ActiveFault, ClusterShape, Fault, FaultKind, FaultParams, FaultPlan, FaultType, FaultWorld } from './fault.ts';
export { compatible } from './overlap.ts';
export { describeFault, parsePlan, PlanError } from './plan.ts';
export { generatePlan, shrinkPlan } from './shrink.ts';
export type { ShrinkStep } from './shrink.ts';
export { candidates } from './target.ts';
