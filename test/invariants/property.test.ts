/** Correct runs are never accused, and a correct run with one thing changed is, under the right name. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../runtime/index.ts';
import { judge } from '../../scenarios/invariants/index.ts';
import { play, script } from './serial.ts';
import type { Played } from './serial.ts';
import { group, Tape } from './tape.ts';

test('a serial run of a correct cluster is clean, drained or cut short', () => {
  fc.assert(
    fc.property(script, fc.boolean(), (steps, drain) => {
      expect(play(steps, drain).tape.judge()).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

/** Changes a good history; undefined when this one offers no place for it. */
interface Mutation {
  readonly what: string;
  readonly caughtAs: readonly string[];
  mutate(played: Played, pick: (count: number) => number): HistoryEvent[] | undefined;
}

const mutations: readonly Mutation[] = [
  { what: 'the last acknowledged record of a log is not there', caughtAs: ['unseen', 'lost-write'], mutate({ tape }) {
    const acked = lastAcked(tape, 'payments-0');
    return acked === undefined ? undefined : redrain(tape, 'payments-0', (values) => (values[values.length - 1] === acked ? values.slice(0, -1) : undefined));
  } },
  { what: 'an acknowledged record is missing from the middle', caughtAs: ['ack-offset', 'inconsistent-offsets', 'lost-write', 'unseen'], mutate({ tape }, pick) {
    return redrain(tape, 'payments-0', (values) => {
      const at = pick(values.length);
      return ackedValues(tape).has(values[at] ?? '') ? values.filter((_, index) => index !== at) : undefined;
    });
  } },
  { what: 'two records have changed places', caughtAs: ['ack-offset', 'inconsistent-offsets'], mutate({ tape }, pick) {
    return redrain(tape, 'payments-0', (values) => {
      const at = pick(values.length - 1);
      const [a, b] = [values[at], values[at + 1]];
      if (a === undefined || b === undefined || !ackedValues(tape).has(a)) return undefined;
      return values.with(at, b).with(at + 1, a);
    });
  } },
  { what: 'a record of the idempotent producer is there twice', caughtAs: ['duplicate'], mutate({ tape }) {
    const mine = tape.history.find((event) => event.kind === 'op.send' && event.producer.idempotent && event.tp === 'payments-0');
    const value = mine?.kind === 'op.send' ? mine.values[0] : undefined;
    return value === undefined ? undefined : redrain(tape, 'payments-0', (values) => (values.includes(value) ? [...values, value] : undefined));
  } },
  { what: 'a record was never sent', caughtAs: ['phantom'], mutate: ({ tape }) => redrain(tape, 'payments-1', (values) => [...values, 'ghost']) },
  { what: 'an acknowledgement says the next offset', caughtAs: ['ack-offset', 'lost-write', 'unseen', 'read-your-ack'], mutate: ({ tape }, pick) =>
    change(tape, 'op.send.ok', pick, (event) => ({ ...event, baseOffset: event.baseOffset + 1 })) },
  { what: 'a record is damaged', caughtAs: ['corrupt'], mutate: ({ tape }, pick) =>
    change(tape, 'op.poll', pick, (event) => ({ ...event, records: event.records.map((record, index) => (index === 0 ? { ...record, intact: false } : record)) })) },
  { what: 'a first poll is one record too early', caughtAs: ['rewind-floor'], mutate({ tape }) {
    const { assign, floor } = firstPollAtCommit(tape) ?? {};
    if (assign === undefined || floor === undefined) return undefined;
    const early: HistoryEvent = { seq: assign.seq + 0.5, atUs: 0, process: assign.process, kind: 'op.poll', group, generation: assign.generation, tp: floor.tp, highWatermark: 99, records: [{ offset: floor.offset - 1, value: valueAt(tape, floor.tp, floor.offset - 1), intact: true }] };
    return tape.history.flatMap((event) => (event === assign ? [event, early] : [event])).filter((event) => event.kind !== 'op.drained');
  } },
  { what: 'a committed offset is forgotten', caughtAs: ['commit-loss'], mutate({ tape }, pick) {
    const asked = tape.history.filter((event) => event.kind === 'op.fetch-committed.ok' && event.offset >= 0 && ackedIds(tape).has(event.commitId ?? ''));
    const one = asked[pick(asked.length)];
    return one === undefined ? undefined : tape.history.map((event) => (event === one ? ({ ...event, offset: -1, commitId: null } as HistoryEvent) : event));
  } },
  { what: 'a processed record was not processed, though committed', caughtAs: ['group-skip'], mutate({ tape }, pick) {
    const done = tape.history.filter((event) => event.kind === 'op.process' && tape.history.some((other) => other.kind === 'op.commit' && other.tp === event.tp && other.offset > event.offset && acknowledged(tape, other.op)));
    const one = done[pick(done.length)];
    if (one?.kind !== 'op.process') return undefined;
    return tape.history.filter((event) => !(event.kind === 'op.process' && event.tp === one.tp && event.offset === one.offset));
  } },
];

describe.each(mutations)('a run in which $what', ({ caughtAs, mutate }) => {
  test(`is caught as ${caughtAs.join(' or ')}`, () => {
    let judged = 0;
    fc.assert(
      fc.property(script, fc.nat(), (steps, choice) => {
        const played = play(steps);
        const broken = mutate(played, (count) => (count <= 0 ? 0 : choice % count));
        if (broken === undefined) return;
        judged += 1;
        const names = judge(broken, played.tape.whiteBox, { groups: [group] }).map(({ invariant }) => invariant);
        expect(names.filter((name) => caughtAs.includes(name))).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(judged).toBeGreaterThan(0);
  });
});

/** Everybody reads the changed log: only the final reader's polls are left, and they show it. */
function redrain(tape: Tape, tp: string, alter: (values: readonly string[]) => readonly string[] | undefined): HistoryEvent[] | undefined {
  const final = tape.history.find((event) => event.kind === 'op.poll' && event.process === 'final' && event.tp === tp);
  const altered = alter(final?.kind === 'op.poll' ? final.records.map((record) => record.value) : []);
  if (altered === undefined) return undefined;
  const copy = new Tape();
  copy.drain(tp, altered);
  const after = (tape.history[tape.history.length - 1]?.seq ?? 0) + 1;
  return [
    ...tape.history.filter((event) => !((event.process === 'final' || event.kind === 'op.poll') && 'tp' in event && event.tp === tp)),
    ...copy.history.map((event) => ({ ...event, seq: event.seq + after })),
  ];
}

function change<K extends HistoryEvent['kind']>(tape: Tape, kind: K, pick: (count: number) => number, alter: (event: Extract<HistoryEvent, { kind: K }>) => HistoryEvent): HistoryEvent[] | undefined {
  const all = tape.history.filter((event): event is Extract<HistoryEvent, { kind: K }> => event.kind === kind);
  const one = all[pick(all.length)];
  return one === undefined ? undefined : tape.history.map((event) => (event === one ? alter(one) : event));
}

function ackedValues(tape: Tape): Set<string> {
  return new Set(tape.history.flatMap((event) => (event.kind === 'op.send' && acknowledged(tape, event.op) ? event.values : [])));
}

function lastAcked(tape: Tape, tp: string): string | undefined {
  const sends = tape.history.filter((event) => event.kind === 'op.send' && event.tp === tp && acknowledged(tape, event.op));
  const last = sends[sends.length - 1];
  return last?.kind === 'op.send' ? last.values[last.values.length - 1] : undefined;
}

function acknowledged(tape: Tape, op: number): boolean {
  return tape.history.some((event) => (event.kind === 'op.send.ok' || event.kind === 'op.commit.ok') && event.op === op);
}

function ackedIds(tape: Tape): Set<string> {
  return new Set(tape.history.flatMap((event) => (event.kind === 'op.commit' && acknowledged(tape, event.op) ? [event.commitId] : [])));
}

function valueAt(tape: Tape, tp: string, offset: number): string {
  for (const event of tape.history) if (event.kind === 'op.poll' && event.tp === tp) for (const record of event.records) if (record.offset === offset) return record.value;
  return 'ghost';
}

/** An assignment before which every commit of a partition was acknowledged, at one offset above 0 at the lowest. */
function firstPollAtCommit(tape: Tape): { assign: Extract<HistoryEvent, { kind: 'op.assign' }>; floor: { tp: string; offset: number } } | undefined {
  for (const assign of tape.history) {
    if (assign.kind !== 'op.assign') continue;
    for (const tp of assign.tps) {
      const commits = tape.history.filter((event) => event.kind === 'op.commit' && event.tp === tp && event.seq < assign.seq);
      const last = commits[commits.length - 1];
      const all = tape.history.some((event) => event.kind === 'op.commit' && event.tp === tp && !acknowledged(tape, event.op));
      if (last?.kind === 'op.commit' && !all && last.offset > 0 && !tape.history.some((event) => event.kind === 'op.commit' && event.tp === tp && event.seq > assign.seq)) return { assign, floor: { tp, offset: last.offset } };
    }
  }
  return undefined;
}
