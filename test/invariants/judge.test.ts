/** Every invariant: a good history that it accepts, and the smallest break, which yields exactly it. */
import { describe, expect, test } from 'vitest';
import type { ProducerMode } from '../../runtime/index.ts';
import { invariants } from '../../scenarios/invariants/index.ts';
import type { JudgeContext } from '../../scenarios/invariants/index.ts';
import { group, idempotent, pipelined, plain, Tape } from './tape.ts';

type Story = (tape: Tape, broken: boolean) => void;
interface Case {
  readonly name: string;
  readonly blame: string;
  readonly what: string;
  readonly story: Story;
  readonly context?: (broken: boolean) => Partial<JudgeContext>;
}

const T = 'payments-0';
const two = (tape: Tape, producer: ProducerMode = plain): void => {
  tape.sent('p1', T, ['a'], 0, producer);
  tape.sent('p1', T, ['b'], 1, producer);
};

const cases: readonly Case[] = [
  { name: 'lost-write', blame: 'broker', what: 'an acknowledged record that readers pass over', story(tape, broken) {
    two(tape);
    if (broken) {
      tape.finalPoll(T, 1, ['b']);
      tape.drain(T, [], 0);
      tape.history.pop();
      tape.add('final', { kind: 'op.drained', tp: T, start: 0, end: 2 });
    } else tape.drain(T, ['a', 'b']);
  } },
  { name: 'lost-write', blame: 'broker', what: 'an acknowledged record whose place another has taken', story(tape, broken) {
    const [first, second] = [tape.send('p1', T, ['a']), tape.send('p2', T, ['b'])];
    tape.ok('p1', first, 0);
    if (broken) tape.unknown('p2', second);
    else tape.ok('p2', second, 1);
    tape.drain(T, broken ? ['b'] : ['a', 'b']);
  } },
  { name: 'lost-write', blame: 'client', what: 'the place taken by a copy of a concurrent idempotent send', story(tape, broken) {
    const [first, second] = [tape.send('p1', T, ['a'], pipelined), tape.send('p1', T, ['b'], pipelined)];
    tape.ok('p1', first, 0);
    tape.ok('p1', second, 1);
    if (broken) tape.sent('p2', T, ['c'], 2);
    tape.drain(T, broken ? ['a', 'x', 'c'] : ['a', 'b']);
    if (broken) tape.unknown('p3', tape.send('p3', T, ['x']));
  } },
  { name: 'lost-write', blame: 'broker', what: 'a record that was read once and is gone later', story(tape, broken) {
    two(tape);
    tape.sent('p1', T, ['c'], 2);
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, ['a', 'b', 'c']);
    if (!broken) return tape.drain(T, ['a', 'b', 'c']);
    tape.finalPoll(T, 0, ['a']);
    tape.add('final#2', { kind: 'op.poll', group: null, generation: -1, tp: T, highWatermark: 3, records: [{ offset: 2, value: 'c', intact: true }] });
    tape.add('final', { kind: 'op.drained', tp: T, start: 0, end: 3 });
  } },
  { name: 'unseen', blame: 'broker', what: 'an acknowledged record beyond the end of the log', story(tape, broken) {
    two(tape);
    tape.drain(T, broken ? ['a'] : ['a', 'b']);
  } },
  { name: 'ack-offset', blame: 'broker', what: 'an acknowledgement of offset -1', story(tape, broken) {
    tape.sent('p1', T, ['a'], broken ? -1 : 0);
    tape.drain(T, ['a']);
  } },
  { name: 'ack-offset', blame: 'broker', what: 'an acknowledgement of a spurious offset 0', story(tape, broken) {
    tape.sent('p1', T, ['a'], 0);
    tape.sent('p2', T, ['b'], broken ? 0 : 1);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'inconsistent-offsets', blame: 'broker', what: 'two readers that see different records at one offset', story(tape, broken) {
    for (const value of ['a', 'b']) tape.unknown('p1', tape.send('p1', T, [value]));
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, [broken ? 'b' : 'a']);
    tape.drain(T, ['a']);
  } },
  { name: 'inconsistent-offsets', blame: 'broker', what: 'one offset given to two producers', story(tape, broken) {
    tape.sent('p1', T, ['a'], 0);
    tape.sent('p2', T, ['b'], broken ? 0 : 1);
  } },
  { name: 'duplicate', blame: 'broker', what: 'a record of an idempotent producer twice in the log', story(tape, broken) {
    tape.sent('p1', T, ['a'], 0, broken ? idempotent : plain);
    tape.drain(T, ['a', 'a']);
  } },
  { name: 'duplicate', blame: 'client', what: 'twice in the log, with two idempotent sends in flight', story(tape, broken) {
    const [first, second] = [tape.send('p1', T, ['a'], pipelined), tape.send('p1', T, ['b'], pipelined)];
    tape.ok('p1', first, 0);
    tape.unknown('p1', second);
    tape.drain(T, broken ? ['a', 'a'] : ['a']);
  } },
  { name: 'phantom', blame: 'broker', what: 'a record that nobody sent', story(tape, broken) {
    two(tape);
    tape.drain(T, broken ? ['a', 'b', 'ghost'] : ['a', 'b']);
  } },
  { name: 'phantom', blame: 'broker', what: 'a record whose send was refused', story(tape, broken) {
    tape.fail('p1', tape.send('p1', T, ['a']));
    tape.drain(T, broken ? ['a'] : []);
  } },
  { name: 'phantom', blame: 'broker', what: 'a record in another partition', story(tape, broken) {
    tape.sent('p1', T, ['a'], 0);
    tape.drain(T, ['a']);
    tape.drain('payments-1', broken ? ['a'] : []);
  } },
  { name: 'corrupt', blame: 'broker', what: 'a record that does not match its checksum', story(tape, broken) {
    tape.unknown('p1', tape.send('p1', T, ['a']));
    tape.add('final', { kind: 'op.poll', group: null, generation: -1, tp: T, highWatermark: 1, records: [{ offset: 0, value: 'a', intact: !broken }] });
  } },
  { name: 'nonmonotonic-send', blame: 'broker', what: 'two sends of an ordered producer in the wrong order', story(tape, broken) {
    tape.sent('p1', T, ['a'], broken ? 1 : 0, idempotent);
    tape.sent('p1', T, ['b'], broken ? 0 : 1, idempotent);
    tape.drain(T, broken ? ['b', 'a'] : ['a', 'b']);
  } },
  { name: 'nonmonotonic-poll', blame: 'broker', what: 'a member taken back behind what it has processed', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    if (!broken) tape.assign('c1', 2, [T]);
    tape.poll('c1', broken ? 1 : 2, T, 1, ['b']);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'poll-skip', blame: 'broker', what: 'a member taken past a record', story(tape, broken) {
    two(tape);
    tape.sent('p1', T, ['c'], 2);
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, ['a']);
    if (!broken) tape.poll('c1', 1, T, 1, ['b']);
    tape.poll('c1', 1, T, 2, ['c']);
    tape.drain(T, ['a', 'b', 'c']);
  } },
  { name: 'watermark-sane', blame: 'broker', what: 'a record at the high watermark', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, ['a', 'b'], broken ? 1 : 2);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'unique-producer-id', blame: 'broker', what: 'a producer id given twice', story(tape, broken) {
    tape.producerId('p1', 7);
    tape.producerId('p2', broken ? 7 : 8);
  } },
  { name: 'read-your-ack', blame: 'broker', what: 'a log end below an acknowledged offset', story(tape, broken) {
    two(tape);
    tape.listed(T, 0, broken ? 1 : 2);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'read-your-ack', blame: 'broker', what: 'a reader at the end who is told that it is out of range', story(tape, broken) {
    two(tape);
    tape.outOfRange(T, broken ? 2 : 3);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'read-your-ack', blame: 'broker', what: 'a log end that went back', story(tape, broken) {
    tape.listed(T, 0, broken ? 3 : 0);
    tape.listed(T, 0, 2);
  } },
  { name: 'watermark-backed', blame: 'broker', what: 'a high watermark beyond the log', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, ['a', 'b'], broken ? 4 : 2);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'watermark-monotone', blame: 'broker', what: 'a successor that opens below its predecessor', story(tape, broken) {
    tape.trace('b1', 'partition.open', { tp: T, epoch: 1, end: 0 });
    tape.trace('b1', 'partition.append', { tp: T, base: 0, count: 9, epoch: 1 });
    tape.trace('b1', 'partition.hw', { tp: T, epoch: 1, hw: 5 });
    tape.trace('b2', 'partition.open', { tp: T, epoch: 2, end: broken ? 6 : 9 });
    tape.trace('b1', 'partition.hw', { tp: T, epoch: 1, hw: 8 });
  } },
  { name: 'watermark-monotone', blame: 'broker', what: 'a leader whose watermark falls', story(tape, broken) {
    tape.trace('b1', 'partition.hw', { tp: T, epoch: 1, hw: 5 });
    tape.trace('b1', 'partition.hw', { tp: T, epoch: 1, hw: broken ? 4 : 5 });
  } },
  { name: 'recovery-equality', blame: 'storage', what: 'a recovery that found more than was ever appended', story(tape, broken) {
    tape.trace('b1', 'partition.append', { tp: T, base: 0, count: 3, epoch: 1 });
    tape.trace('b1', 'partition.hw', { tp: T, epoch: 1, hw: 2 });
    tape.trace('b2', 'partition.open', { tp: T, epoch: 2, end: broken ? 4 : 3 });
  } },
  { name: 'rewind-floor', blame: 'broker', what: 'a member started below the last commit', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    tape.committed('c1', 1, T, 1);
    tape.assign('c2', 2, [T]);
    tape.poll('c2', 2, T, broken ? 0 : 1, broken ? ['a', 'b'] : ['b']);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'commit-loss', blame: 'broker', what: 'a member started from the end although the group had a commit', story(tape, broken) {
    two(tape);
    tape.sent('p1', T, ['c'], 2);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a']);
    tape.committed('c1', 1, T, 1);
    tape.assign('c2', 2, [T]);
    if (!broken) tape.poll('c2', 2, T, 1, ['b']);
    tape.poll('c2', 2, T, 2, ['c']);
    tape.drain(T, ['a', 'b', 'c']);
  } },
  { name: 'commit-loss', blame: 'broker', what: 'no committed offset although one was acknowledged', story(tape, broken) {
    const op = tape.commit('c1', 1, T, 0);
    if (broken) tape.commitOk('c1', op);
    tape.fetched(T, -1, null);
  } },
  { name: 'stale-commit', blame: 'broker', what: 'an older commit than the last one acknowledged', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    tape.committed('c1', 1, T, 1);
    tape.committed('c1', 1, T, 2);
    tape.fetched(T, broken ? 1 : 2, broken ? 'c1/1' : 'c1/2');
  } },
  { name: 'zombie-commit', blame: 'broker', what: 'a commit of a past generation', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    tape.trace('b1', 'group.state', { group, state: 'Stable', generation: 2, members: 1 });
    if (broken) tape.assign('c2', 2, ['payments-1']);
    tape.committed('c1', 1, T, 2);
  } },
  { name: 'exclusive-owner', blame: 'broker', what: 'a partition with two owners', story(tape, broken) {
    tape.assign('c1', 3, [T]);
    tape.assign('c2', broken ? 3 : 4, [T]);
  } },
  { name: 'commit-sanity', blame: 'client', what: 'a commit of a partition that was not assigned', story(tape, broken) {
    tape.assign('c1', 1, [T]);
    tape.committed('c1', 1, broken ? 'payments-1' : T, 0);
  } },
  { name: 'commit-sanity', blame: 'client', what: 'a commit beyond what was read', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    tape.committed('c1', 1, T, broken ? 3 : 2);
  } },
  { name: 'commit-sanity', blame: 'broker', what: 'an offset that the commit it is said to be from did not carry', story(tape, broken) {
    tape.committed('c1', 1, T, 0);
    tape.fetched(T, broken ? 7 : 0, 'c1/0');
  } },
  { name: 'group-skip', blame: 'application', what: 'a record committed and never processed', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, ['a', 'b']);
    tape.committed('c1', 1, T, 2);
    for (const [offset, value] of ['a', 'b'].entries()) if (!broken || offset === 0) tape.process('c1', T, offset, value);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'group-skip', blame: 'application', what: 'a record never processed, below a commit that nobody answered and somebody was shown', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, ['a', 'b']);
    const op = tape.commit('c1', 1, T, 2);
    tape.add('c1', { kind: 'op.commit.unknown', op, error: 'timeout' });
    if (broken) tape.fetched(T, 2, 'c1/2');
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'group-skip', blame: 'broker', what: 'a record that the member who committed beyond it was never given', story(tape, broken) {
    two(tape);
    tape.assign('c1', 1, [T]);
    if (!broken) tape.work('c1', 1, T, 0, ['a']);
    tape.work('c1', 1, T, 1, ['b']);
    tape.committed('c1', 1, T, 2);
    tape.drain(T, ['a', 'b']);
  } },
  { name: 'liveness', blame: 'broker', what: 'something still pending', story: (tape) => two(tape), context: (broken) => ({ pending: broken ? ['p1 has been waiting for 60 s'] : [] }) },
  { name: 'crash', blame: 'broker', what: 'a broken assertion', story: (tape) => two(tape), context: (broken) => ({ findings: broken ? [{ node: 'b1', role: 'broker', kind: 'crash', message: 'x', seq: 2 }] : [] }) },
  { name: 'client-crash', blame: 'client', what: 'a client that died', story: (tape) => two(tape), context: (broken) => ({ findings: broken ? [{ node: 'c1', role: 'client', kind: 'crash', message: 'x', seq: 2 }] : [] }) },
  { name: 'uncontrolled', blame: 'simulator', what: 'a real clock', story: (tape) => two(tape), context: (broken) => ({ findings: broken ? [{ node: 'b1', role: 'broker', kind: 'uncontrolled', message: 'Date.now', seq: 2 }] : [] }) },
  { name: 'fault-without-effect', blame: 'simulator', what: 'a fault that touched nothing', story: (tape) => two(tape), context: (broken) => ({ faults: [{ id: 'f1', kind: 'broker-kill', description: 'kill -9 of b1', beginUs: 0, endUs: 1, fired: true, affected: broken ? 0 : 1 }] }) },
];

describe.each(cases)('$name: $what', ({ name, blame, story, context }) => {
  test('the good history is clean', () => {
    const tape = new Tape();
    story(tape, false);
    expect(tape.judge(context?.(false))).toEqual([]);
  });
  test('the broken one yields it and nothing else, with evidence that exists', () => {
    const tape = new Tape();
    story(tape, true);
    const violations = tape.judge(context?.(true));
    expect(violations.map((violation) => `${violation.invariant} by ${violation.blame}`)).toEqual([`${name} by ${blame}`]);
    const [violation] = violations;
    const seqs = new Set([...tape.history, ...tape.whiteBox].map((event) => event.seq));
    for (const seq of [...(violation?.evidence ?? []), ...(violation?.steps ?? []).flatMap((step) => [step.from, step.to])]) expect(seqs).toContain(seq);
    expect(violation?.summary).not.toMatch(/undefined|NaN|\[object/);
    for (const step of violation?.steps ?? []) expect(step.because).not.toMatch(/undefined|NaN/);
  });
});

describe('the catalogue', () => {
  /** Judged on the objects in the store, not on a history. */
  const onObjects = ['durable-ack', 'no-dangling-reference', 'ranges-tile'];

  test('has every invariant that is tested here, and nothing that is not', () => {
    expect([...new Set(cases.map(({ name }) => name)), ...onObjects].sort()).toEqual(invariants.map(({ name }) => name).sort());
  });
  test('says each promise in one sentence', () => {
    for (const { promise, source } of invariants) {
      expect(promise).toMatch(/^[A-Z].*\.$/);
      expect(source).not.toBe('');
    }
  });
});

describe('what Kafka allows', () => {
  const clean = (story: (tape: Tape) => void): void => {
    const tape = new Tape();
    story(tape);
    expect(tape.judge()).toEqual([]);
  };
  test('a send of unknown outcome may be there, twice, or not at all', () => {
    for (const values of [[], ['a'], ['a', 'a']]) clean((tape) => {
      tape.unknown('p1', tape.send('p1', T, ['a']));
      tape.drain(T, values);
    });
  });
  test('a send that timed out may land after later ones', () => clean((tape) => {
    tape.unknown('p1', tape.send('p1', T, ['a']));
    tape.sent('p1', T, ['b'], 0);
    tape.drain(T, ['b', 'a']);
  }));
  test('a plain producer may repeat itself, and is told the last copy', () => clean((tape) => {
    tape.sent('p1', T, ['a'], 1);
    tape.drain(T, ['a', 'a']);
  }));
  test('a new owner may read again from the last commit', () => clean((tape) => {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    tape.committed('c1', 1, T, 1);
    tape.assign('c2', 2, [T]);
    tape.work('c2', 2, T, 1, ['b']);
    tape.drain(T, ['a', 'b']);
  }));
  test('a batch whose handling failed is given again', () => clean((tape) => {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.poll('c1', 1, T, 0, ['a', 'b']);
    tape.process('c1', T, 0, 'a');
    tape.poll('c1', 1, T, 1, ['b']);
    tape.drain(T, ['a', 'b']);
  }));
  test('a commit without an answer may be in effect, now or later', () => clean((tape) => {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    tape.committed('c1', 1, T, 1);
    tape.commit('c1', 1, T, 2);
    tape.fetched(T, 1, 'c1/1');
    tape.fetched(T, 2, 'c1/2');
    tape.fetched(T, 1, 'c1/1');
  }));
  test('a commit asked for before the next generation began may be answered after', () => clean((tape) => {
    two(tape);
    tape.assign('c1', 1, [T]);
    tape.work('c1', 1, T, 0, ['a', 'b']);
    const op = tape.commit('c1', 1, T, 2);
    tape.assign('c2', 2, [T]);
    tape.commitOk('c1', op);
  }));
  test('the final reader may start over', () => clean((tape) => {
    two(tape);
    tape.finalPoll(T, 0, ['a']);
    tape.drain(T, ['a', 'b']);
  }));
});

test('one violation speaks for all of its kind on a partition', () => {
  const tape = new Tape();
  for (let at = 0; at < 50; at += 1) tape.sent('p1', T, [`v${at}`], at);
  tape.drain(T, ['v0']);
  const violations = tape.judge();
  expect(violations).toHaveLength(1);
  expect(violations[0]?.summary).toBe('p1 was told that v1 is stored at offset 1 of payments-0, but after everything had healed the partition ended at offset 1 (and 48 more like it)');
  expect(violations[0]?.evidence.length).toBeLessThanOrEqual(24);
});
