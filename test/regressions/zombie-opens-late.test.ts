/** Found by broker-loss 18: a broker that was paused while it was replaced opened its old leadership when it woke, and was held against its successor's records. */
import { expect, test } from 'vitest';
import { Tape } from '../invariants/tape.ts';

const T = 'payments-0';

test('a leadership opened late, after its successor, succeeds nobody; its successor still must', () => {
  for (const broken of [false, true]) {
    const tape = new Tape();
    tape.trace('b1', 'partition.open', { tp: T, epoch: 1, end: 0 });
    tape.trace('b1', 'partition.append', { tp: T, base: 0, count: 5, epoch: 1 });
    tape.trace('b1', 'partition.hw', { tp: T, epoch: 1, hw: 5 });
    tape.trace('b3', 'partition.open', { tp: T, epoch: 9, end: 5 });
    tape.trace('b3', 'partition.append', { tp: T, base: 5, count: 2, epoch: 9 });
    tape.trace('b3', 'partition.hw', { tp: T, epoch: 9, hw: 7 });
    tape.trace('b2', 'partition.open', { tp: T, epoch: 4, end: broken ? 4 : 5 });
    tape.trace('b1', 'partition.open', { tp: T, epoch: 12, end: 7 });
    expect(tape.verdicts().filter((verdict) => verdict.startsWith('recovery-equality'))).toEqual(broken ? ['recovery-equality by storage'] : []);
  }
});
