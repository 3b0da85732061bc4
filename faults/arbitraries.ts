/**
 * Plans as a fast-check arbitrary. Its own class for one reason: how a plan shrinks. Whole faults go first (half of them,
 * then one at a time); only then are windows and parameters made smaller, by the shrinkers of the fault types themselves.
 */
import * as fc from 'fast-check';
import { assert } from '../runtime/index.ts';
import { faultTypes } from './catalogue.ts';
import type { ClusterShape, Fault, FaultKind, FaultPlan } from './fault.ts';
import { compatible } from './overlap.ts';

/** Between `minFaults` and `maxFaults` faults of these kinds, all inside the storm, in order of time. Fewer only when no more fit. */
export function planArbitrary(kinds: readonly FaultKind[], shape: ClusterShape, o: { readonly minFaults: number; readonly maxFaults: number }): fc.Arbitrary<FaultPlan> {
  return new PlanArbitrary(kinds, shape, o.minFaults, o.maxFaults);
}

/** Draws before it is given up that one more fault fits between those there are. */
const MAX_DRAWS = 64;

class PlanArbitrary extends fc.Arbitrary<FaultPlan> {
  private readonly kinds: readonly FaultKind[];
  private readonly byKind = new Map<FaultKind, fc.Arbitrary<Fault>>();

  constructor(kinds: readonly FaultKind[], private readonly shape: ClusterShape, private readonly minFaults: number, private readonly maxFaults: number) {
    super();
    assert(minFaults >= 0 && minFaults <= maxFaults, `planArbitrary: minFaults ${minFaults}, maxFaults ${maxFaults}`);
    assert(shape.stormMs > 0, `planArbitrary: stormMs ${shape.stormMs}`);
    this.kinds = kinds.filter((kind) => faultTypes[kind].applies(shape));
    for (const kind of this.kinds) this.byKind.set(kind, faultTypes[kind].arbitrary(shape));
  }

  generate(mrng: fc.Random, biasFactor: number | undefined): fc.Value<FaultPlan> {
    const wanted = this.kinds.length === 0 ? 0 : mrng.nextInt(this.minFaults, this.maxFaults);
    const parts: Part[] = [];
    for (let draw = 0; draw < MAX_DRAWS * wanted && parts.length < wanted; draw += 1) {
      const kind = this.kinds[mrng.nextInt(0, this.kinds.length - 1)] as FaultKind;
      const drawn = this.arbitraryOf(kind).generate(mrng, biasFactor);
      const part = { fault: { ...drawn.value_, id: `f${parts.length + 1}-${kind}` }, context: drawn.context };
      if (compatible([...parts.map((other) => other.fault), part.fault], this.shape)) parts.push(part);
    }
    parts.sort((a, b) => a.fault.atMs - b.fault.atMs);
    return valueOf(parts, 'drop');
  }

  canShrinkWithoutContext(_value: unknown): _value is FaultPlan {
    return false;
  }

  shrink(_value: FaultPlan, context: unknown): fc.Stream<fc.Value<FaultPlan>> {
    if (!(context instanceof PlanContext)) return fc.Stream.nil();
    return fc.stream(this.smaller(context));
  }

  private *smaller({ parts, phase }: PlanContext): IterableIterator<fc.Value<FaultPlan>> {
    if (phase === 'drop') {
      // All faults, half of them, a quarter, ... down to single ones. Dropping never makes a plan incompatible.
      for (let size = parts.length; size >= 1; size = Math.floor(size / 2)) {
        for (let at = 0; at < parts.length; at += size) {
          const rest = [...parts.slice(0, at), ...parts.slice(at + size)];
          yield valueOf(rest, 'drop');
        }
      }
    }
    for (const [index, part] of parts.entries()) {
      for (const next of this.arbitraryOf(part.fault.kind).shrink({ ...part.fault, id: '' }, part.context)) {
        const changed = parts.with(index, { fault: { ...next.value_, id: part.fault.id }, context: next.context });
        if (compatible(changed.map((other) => other.fault), this.shape)) yield valueOf(changed, 'simplify');
      }
    }
  }

  private arbitraryOf(kind: FaultKind): fc.Arbitrary<Fault> {
    const found = this.byKind.get(kind);
    assert(found !== undefined, `no arbitrary for ${kind}`);
    return found;
  }
}

interface Part {
  readonly fault: Fault;
  readonly context: unknown;
}

class PlanContext {
  constructor(readonly parts: readonly Part[], readonly phase: 'drop' | 'simplify') {}
}

function valueOf(parts: readonly Part[], phase: 'drop' | 'simplify'): fc.Value<FaultPlan> {
  return new fc.Value<FaultPlan>({ version: 1, faults: parts.map((part) => part.fault) }, new PlanContext(parts, phase));
}
