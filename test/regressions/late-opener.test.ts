/**
 * broker-loss seed 309: a broker that was paused before it could open a partition opens it after its successor has, from what it
 * knew then, and is fenced a moment later. Nothing is wrong with that, and recovery-equality called it a loss. A deposed leader that
 * CONFIRMS late is another matter.
 */
import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../runtime/index.ts';
import { judge } from '../../scenarios/index.ts';

function whiteBox(...events: readonly (readonly [node: string, kind: string, epoch: number, args: Record<string, number>])[]): TraceEvent[] {
  return events.map(([node, kind, epoch, args], at) => ({ seq: at + 1, t: at, node, kind, cause: 0, args: { tp: 'events-4', epoch, ...args } }));
}

const names = (events: TraceEvent[]): string[] => judge([], events, { groups: [] }).map(({ invariant }) => invariant);

describe('recovery-equality', () => {
  const start = [['b2', 'partition.open', 5, { end: 0 }], ['b2', 'partition.append', 5, { base: 0, count: 290 }], ['b2', 'partition.hw', 5, { hw: 290 }]] as const;
  const successor = [['b1', 'partition.open', 66, { end: 290 }], ['b1', 'partition.append', 66, { base: 290, count: 60 }], ['b1', 'partition.hw', 66, { hw: 350 }]] as const;

  test('lets a deposed leader open late', () => {
    expect(names(whiteBox(...start, ...successor, ['b3', 'partition.open', 61, { end: 290 }]))).toEqual([]);
  });

  test('does not let it confirm late', () => {
    const late = [['b3', 'partition.open', 61, { end: 290 }], ['b3', 'partition.append', 61, { base: 290, count: 10 }], ['b3', 'partition.hw', 61, { hw: 300 }]] as const;
    expect(names(whiteBox(...start, ...successor, ...late))).toContain('recovery-equality');
  });

  test('does not let a successor start short', () => {
    expect(names(whiteBox(...start, ['b1', 'partition.open', 66, { end: 280 }]))).toContain('recovery-equality');
  });
});
