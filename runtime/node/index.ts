/** The real machine behind the seam: the only place, with `cli` and `faults/live`, where a broker meets node:*. */
export * from './clock.ts';
export * from './network.ts';
export * from './random.ts';
export * from './runtime.ts';
export * from './s3-store.ts';
export * from './tracer.ts';
export * from './volume.ts';
