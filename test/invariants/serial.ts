/** A correct cluster of one thread, driven by a generated script: the histories it writes are right by construction. */
import * as fc from 'fast-check';
import { idempotent, plain, Tape } from './tape.ts';

export type Step =
  | { readonly do: 'send'; readonly producer: number; readonly tp: number; readonly count: number; readonly outcome: 'ok' | 'lost-reply' | 'not-there' | 'refused' }
  | { readonly do: 'poll'; readonly member: number; readonly tp: number; readonly max: number; readonly process: boolean }
  | { readonly do: 'commit'; readonly member: number; readonly tp: number; readonly outcome: 'ok' | 'lost-reply' | 'not-there' }
  | { readonly do: 'rebalance'; readonly rotate: number; readonly crash: boolean }
  | { readonly do: 'ask' ; readonly tp: number }
  | { readonly do: 'move'; readonly tp: number };

export const script: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), producer: fc.nat(2), tp: fc.nat(1), count: fc.integer({ min: 1, max: 3 }), outcome: fc.constantFrom('ok', 'ok', 'ok', 'lost-reply', 'not-there', 'refused') }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('poll' as const), member: fc.nat(1), tp: fc.nat(1), max: fc.integer({ min: 1, max: 4 }), process: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const), member: fc.nat(1), tp: fc.nat(1), outcome: fc.constantFrom('ok', 'ok', 'lost-reply', 'not-there') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rebalance' as const), rotate: fc.nat(1), crash: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('ask' as const), tp: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), tp: fc.nat(1) }) },
  ),
  { maxLength: 60, size: 'max' },
) as fc.Arbitrary<Step[]>;

export interface Played {
  readonly tape: Tape;
  /** What is really in each partition. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
}

/** Every run ends with a drain, unless told not to. */
export function play(steps: readonly Step[], drain = true): Played {
  const tape = new Tape();
  const tps = ['payments-0', 'payments-1'];
  const logs = new Map<string, string[]>(tps.map((tp) => [tp, []]));
  const leaders = new Map<string, number>(tps.map((tp) => [tp, 1]));
  const committed = new Map<string, { offset: number; id: string }>();
  const positions = new Map<string, number>();
  const processed = new Map<string, number>();
  const owners = new Map<string, string>();
  const names = ['c1', 'c2'];
  let generation = 0;
  let values = 0;
  const log = (tp: string): string[] => logs.get(tp) as string[];
  const rebalance = (rotate: number, crash: boolean): void => {
    if (crash) names[rotate] = `${names[rotate]?.split('#')[0]}#${generation + 2}`;
    generation += 1;
    names.forEach((name, index) => {
      const mine = tps.filter((_, at) => (at + rotate) % 2 === index);
      tape.assign(name, generation, mine);
      for (const tp of mine) {
        owners.set(tp, name);
        positions.set(tp, committed.get(tp)?.offset ?? 0);
        processed.set(tp, committed.get(tp)?.offset ?? 0);
      }
    });
  };
  tps.forEach((tp) => tape.trace('b1', 'partition.open', { tp, epoch: 1, end: 0 }));
  rebalance(0, false);

  for (const step of steps) {
    const tp = tps['tp' in step ? step.tp : 0] as string;
    switch (step.do) {
      case 'send': {
        const process = `p${step.producer}`;
        const sent = Array.from({ length: step.count }, () => `v${(values += 1)}`);
        const op = tape.send(process, tp, sent, step.producer === 1 ? idempotent : plain);
        const base = log(tp).length;
        if (step.outcome === 'ok' || step.outcome === 'lost-reply') {
          log(tp).push(...sent);
          tape.trace('b1', 'partition.append', { tp, base, count: sent.length, epoch: leaders.get(tp) as number });
          tape.trace('b1', 'partition.hw', { tp, epoch: leaders.get(tp) as number, hw: log(tp).length });
        }
        if (step.outcome === 'ok') tape.ok(process, op, base);
        else if (step.outcome === 'refused') tape.fail(process, op);
        else tape.unknown(process, op);
        break;
      }
      case 'poll': {
        const owner = owners.get(tp) as string;
        const from = positions.get(tp) as number;
        const batch = log(tp).slice(from, from + step.max);
        if (batch.length === 0) break;
        tape.poll(owner, generation, tp, from, batch, log(tp).length);
        if (!step.process) break; // Its handling failed: it is given again.
        batch.forEach((value, index) => tape.process(owner, tp, from + index, value));
        positions.set(tp, from + batch.length);
        processed.set(tp, from + batch.length);
        break;
      }
      case 'commit': {
        const owner = owners.get(tp) as string;
        const offset = processed.get(tp) as number;
        const id = `${owner}/${tape.history.length}`;
        const op = tape.commit(owner, generation, tp, offset, id);
        if (step.outcome !== 'not-there') committed.set(tp, { offset, id });
        if (step.outcome === 'ok') tape.commitOk(owner, op);
        else tape.add(owner, { kind: 'op.commit.unknown', op, error: 'TIMED_OUT' });
        break;
      }
      case 'rebalance':
        rebalance(step.rotate, step.crash);
        break;
      case 'ask':
        tape.fetched(tp, committed.get(tp)?.offset ?? -1, committed.get(tp)?.id ?? null);
        tape.listed(tp, 0, log(tp).length);
        break;
      case 'move':
        leaders.set(tp, (leaders.get(tp) as number) + 1);
        tape.trace('b2', 'partition.open', { tp, epoch: leaders.get(tp) as number, end: log(tp).length });
        break;
    }
  }
  if (drain) for (const tp of tps) tape.drain(tp, log(tp));
  return { tape, logs };
}
