/** The room's front door: the interfaces through which all other rooms touch the world. */
export * from './assert.ts';
export * from './clock.ts';
export * from './history.ts';
export * from './network.ts';
export * from './object-store.ts';
export * from './random.ts';
export * from './runtime.ts';
export * from './trace.ts';
export * from './verdict.ts';
export * from './volume.ts';
