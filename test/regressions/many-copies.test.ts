/** Found by perfect-storm 354 and 477: a send that kafkajs repeated nine times was stored nine times, and the judge forgot the copy that had been acknowledged. */
import { expect, test } from 'vitest';
import { Tape } from '../invariants/tape.ts';

const T = 'payments-0';

test('however many copies there are, the acknowledged one counts; none of them excuses a wrong acknowledgement', () => {
  for (const copies of [2, 9, 30]) {
    for (const told of [copies - 1, copies]) {
      const tape = new Tape();
      tape.sent('p1', T, ['p1-000001'], told);
      tape.drain(T, Array.from({ length: copies }, () => 'p1-000001'));
      expect(tape.verdicts(), `${copies} copies, told ${told}`).toEqual(told < copies ? [] : ['ack-offset by broker']);
    }
  }
});
