/**
 * The trace of a run. A rolling hash always covers every event (seq, t, node, kind, cause, args in insertion order, so that
 * key order counts); the events themselves are built only when somebody keeps them. Checkpoints of the hash make it
 * possible to find where two sweeping runs parted without having kept either.
 */
import type { TraceArgs, TraceEvent, TraceValue } from '../runtime/index.ts';
import type { LifeOwner } from './life.ts';

/** Trace events between two checkpoints. */
export const CHECKPOINT_EVENTS = 4096;

export class WorldTracer {
  seq = 0;
  /** seq of the last event traced in the current scheduler event, or of the one that scheduled it. */
  cause = 0;
  readonly keep: ((event: TraceEvent) => void) | undefined;
  readonly checkpoints: string[] = [];
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;
  private readonly kinds = new Map<string, { hash: number; count: number }>();

  constructor(keep: ((event: TraceEvent) => void) | undefined) {
    this.keep = keep;
  }

  trace(t: number, node: LifeOwner, kind: string, args: TraceArgs): number {
    const seq = ++this.seq;
    const cause = this.cause;
    let known = this.kinds.get(kind);
    if (known === undefined) {
      known = { hash: hashString(kind), count: 0 };
      this.kinds.set(kind, known);
    }
    known.count++;
    this.number(t);
    this.mix(node.nameHash);
    this.mix(known.hash);
    this.number(cause);
    this.object(args);
    this.cause = seq;
    if (this.keep !== undefined) this.keep({ seq, t, node: node.name, kind, cause, args });
    if (seq % CHECKPOINT_EVENTS === 0) this.checkpoints.push(this.hash());
    return seq;
  }

  /** 16 hex digits over everything traced so far. */
  hash(): string {
    return hex(finish(this.a ^ this.seq)) + hex(finish(this.b + Math.imul(this.a, 0x27d4eb2f)));
  }

  /** How often each kind was traced. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.kinds].map(([kind, { count }]) => [kind, count]).sort(([x], [y]) => ((x as string) < (y as string) ? -1 : 1)));
  }

  private mix(word: number): void {
    let a = this.a ^ Math.imul(word, 0xcc9e2d51 | 0);
    a = Math.imul((a << 13) | (a >>> 19), 5) + (0xe6546b64 | 0);
    this.a = a | 0;
    const b = Math.imul(this.b, 0x01000193) ^ word;
    this.b = ((b << 7) | (b >>> 25)) + a | 0;
  }

  private number(value: number): void {
    const low = value | 0;
    if (low === value) {
      this.mix(low);
      return;
    }
    DOUBLE.setFloat64(0, value, true);
    this.mix(DOUBLE.getInt32(0, true));
    this.mix(DOUBLE.getInt32(4, true) ^ 0x55555555);
  }

  private text(value: string): void {
    let h = value.length;
    for (let i = 0; i < value.length; i++) h = Math.imul(h ^ value.charCodeAt(i), 0x01000193);
    this.mix(h);
    // A second, independent pass over the ends keeps the two accumulators from leaning on one 32-bit digest.
    if (value.length > 0) this.mix((value.charCodeAt(0) << 16) ^ value.charCodeAt(value.length - 1));
  }

  private object(value: { readonly [key: string]: TraceValue }): void {
    for (const key in value) {
      this.text(key);
      this.value(value[key] as TraceValue);
    }
    this.mix(7);
  }

  private value(value: TraceValue | undefined): void {
    switch (typeof value) {
      case 'number': this.mix(1); this.number(value); return;
      case 'string': this.mix(2); this.text(value); return;
      case 'boolean': this.mix(value ? 3 : 4); return;
      case 'object':
        if (value === null) { this.mix(5); return; }
        if (Array.isArray(value)) {
          this.mix(6);
          this.mix(value.length);
          for (let i = 0; i < value.length; i++) this.value(value[i] as TraceValue);
          return;
        }
        this.mix(8);
        this.object(value as { readonly [key: string]: TraceValue });
        return;
      default: this.mix(9);
    }
  }
}

const DOUBLE = new DataView(new ArrayBuffer(8));

export function hashString(text: string): number {
  let h = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finish(h);
}

export function finish(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
