/** Generators all faults share: when it happens, for how long, and to whom. Small values come first when a plan shrinks. */
import * as fc from 'fast-check';
import type { ClusterShape, Fault, FaultKind, FaultParams } from './fault.ts';

/**
 * No stop of a process is shorter. A process that ended by itself (a consumer that left its group, a broker that was fenced) is
 * back after a second, so that every stop finds its target running for another second at least.
 */
export const STOP_MIN_MS = 2_000;

/** A fault of `kind` whose window lies inside the storm. */
export function faultArbitrary(kind: FaultKind, shape: ClusterShape, o: FaultSpace): fc.Arbitrary<Fault> {
  const longest = Math.max(1, Math.min(o.maxMs, shape.stormMs));
  const shortest = Math.min(o.minMs, longest);
  return fc
    .tuple(fc.integer({ min: shortest, max: longest }), fc.integer({ min: 0, max: Math.max(0, shape.stormMs - shortest) }), o.target, o.params ?? fc.constant<FaultParams>({}))
    .map(([durationMs, wishedMs, target, params]) => ({
      id: '', kind, atMs: Math.max(0, Math.min(wishedMs, shape.stormMs - durationMs)), durationMs, target, params,
    }));
}

export interface FaultSpace {
  /** The window's length. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly target: fc.Arbitrary<readonly string[]>;
  readonly params?: fc.Arbitrary<FaultParams>;
}

export function oneOf(names: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc.constantFrom(...names).map((name) => [name]);
}

/** All brokers at once, or one of them. */
export function anyBrokers(shape: ClusterShape): fc.Arbitrary<readonly string[]> {
  return fc.oneof(fc.constant<readonly string[]>([]), oneOf(shape.brokers));
}

/**
 * All brokers, or all but one. For faults of writes: a broker that leads nothing at the moment writes next to nothing, and
 * a fault on it alone would touch nothing.
 */
export function mostBrokers(shape: ClusterShape): fc.Arbitrary<readonly string[]> {
  const all = fc.constant<readonly string[]>([]);
  return shape.brokers.length < 3 ? all : fc.oneof(all, fc.constantFrom(...shape.brokers).map((spared) => shape.brokers.filter((name) => name !== spared)));
}

export function millis(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min, max });
}

export const percentParam = { percent: { min: 1, max: 100 } } as const;
export const delayParams = { minMs: { min: 0, max: 600_000 }, maxMs: { min: 1, max: 600_000 } } as const;

/** Between a lowest and a highest delay; `params` carries them as `minMs` and `maxMs`. */
export function delayRange(min: number, max: number): fc.Arbitrary<FaultParams> {
  return fc.tuple(millis(min, max), millis(min, max)).map(([a, b]) => ({ minMs: Math.min(a, b), maxMs: Math.max(a, b) }));
}

export function percent(min: number, max: number): fc.Arbitrary<FaultParams> {
  return fc.integer({ min, max }).map((value) => ({ percent: value }));
}

export function consumersOf(shape: { readonly clients: readonly string[] }): readonly string[] {
  return shape.clients.filter((name) => name.startsWith('c'));
}
