/**
 * A replay of the log gives the state that was live (storage invariant of the group coordinator; redpanda#10669 is what happens
 * otherwise). Random operations of a few consumers, static and dynamic, with appends held back, reported out of order,
 * time passing and coordinators replaced in between.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { Consumer, Lab } from './lab.ts';
import { settled } from './manual-clock.ts';

const CONSUMERS = 4;
const consumer = fc.nat({ max: CONSUMERS - 1 });

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('join' as const), who: consumer }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('sync' as const), who: consumer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('heartbeat' as const), who: consumer }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('commit' as const), who: consumer, partition: fc.nat({ max: 2 }), simple: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who: consumer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), who: consumer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hold' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), count: fc.integer({ min: 1, max: 4 }), backwards: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('round' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 500, 500, 3_000, 6_000, 70_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('failover' as const), survive: fc.nat({ max: 3 }) }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Two static members, two dynamic ones. */
const newcomer = (lab: Lab, who: number): Consumer => new Consumer(lab, who < 2 ? `instance-${who}` : null);

class Run {
  lab = new Lab({ initialRebalanceDelayMs: 500 });
  consumers = Array.from({ length: CONSUMERS }, (_, who) => newcomer(this.lab, who));
  /** Generations that some member was given an assignment in, in that order. */
  readonly assignedIn: number[] = [];
  readonly acknowledged = new Map<string, number>();
  #answers: Promise<unknown>[] = [];
  #commits = 0;

  async step(o: Operation): Promise<void> {
    const { lab } = this;
    switch (o.do) {
      case 'join':
        return this.#ask(this.consumers[o.who]!.join());
      case 'sync':
        return this.#ask(this.#sync(this.consumers[o.who]!));
      case 'heartbeat':
        return this.#ask(this.consumers[o.who]!.heartbeat());
      case 'leave':
        return this.#ask(this.consumers[o.who]!.leave());
      case 'restart':
        return void (this.consumers[o.who] = newcomer(lab, o.who));
      case 'commit':
        return this.#ask(this.#commit(o.simple ? new Consumer(lab) : this.consumers[o.who]!, o.partition));
      case 'hold':
        return void (lab.log.holding = true);
      case 'release':
        return lab.log.release(o.count, o.backwards);
      case 'wait':
        return lab.clock.advance(o.ms);
      case 'round':
        return this.#round();
      case 'failover':
        return this.#failover(o.survive);
    }
  }

  async finish(): Promise<void> {
    this.lab.log.holding = false;
    this.lab.log.release();
    await settled();
  }

  /** Nobody may be left waiting. */
  async end(): Promise<void> {
    this.lab.coordinator.close();
    await Promise.all(this.#answers);
  }

  async #ask(answer: Promise<unknown>): Promise<void> {
    this.#answers.push(answer);
    await settled();
  }

  async #sync(member: Consumer): Promise<void> {
    const { generation } = member;
    const { errorCode } = await member.sync();
    if (errorCode === ErrorCode.NONE) this.assignedIn.push(generation);
  }

  async #commit(member: Consumer, partition: number): Promise<void> {
    const offset = ++this.#commits;
    if ((await member.commit(offset, partition)) === ErrorCode.NONE) this.acknowledged.set(`t-${partition}`, offset);
  }

  /** What clients do if nothing disturbs them. */
  async #round(): Promise<void> {
    for (const member of this.consumers) await this.#ask(member.join());
    await this.lab.clock.advance(1_000);
    for (const member of this.consumers) await this.#ask(this.#sync(member));
  }

  async #failover(survive: number): Promise<void> {
    const { log } = this.lab;
    log.lose(survive);
    await settled();
    this.lab.coordinator.close();
    log.leading = true;
    log.holding = false;
    this.lab = this.lab.successor();
    this.consumers = this.consumers.map((old) => Object.assign(new Consumer(this.lab, old.instanceId), { memberId: old.memberId, generation: old.generation, leads: old.leads, others: old.others }));
  }
}

test('fold(records) equals the live state', async () => {
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 80 }), async (operations) => {
      const run = new Run();
      for (const o of operations) await run.step(o);
      await run.finish();

      const { lab } = run;
      const folded = lab.successor();
      expect(await folded.offsets()).toEqual(await lab.offsets());
      const [live, replayed] = [lab.lastState(), folded.lastState()];
      const state = String(live?.state);
      seen[state] = (seen[state] ?? 0) + 1;
      const generation = (s: typeof live): number => (s === undefined || s.state === 'Dead' ? 0 : Number(s.generation));
      if (state === 'Stable') {
        expect(replayed).toEqual(live);
        expect(await folded.assignments()).toEqual(await lab.assignments());
      } else if (state === 'Empty') expect(generation(replayed)).toBe(generation(live));
      else expect(generation(replayed)).toBeLessThanOrEqual(generation(live));

      // What a client was told is never taken back: generations with an assignment only grow.
      expect(run.assignedIn).toEqual(run.assignedIn.toSorted((a, b) => a - b));
      await run.end();
      folded.coordinator.close();
    }),
    { numRuns: 300, seed: 20_240_607 },
  );
  // The runs reached what they are about.
  expect(seen['Stable']).toBeGreaterThan(10);
  expect(seen['Empty']).toBeGreaterThan(10);
  expect(Object.keys(seen)).toContain('PreparingRebalance');
}, 60_000);

test('an acknowledged commit is what a later fetch finds, until a newer one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 60 }), async (operations) => {
      const run = new Run();
      for (const o of operations) {
        await run.step(o);
        const offsets = await run.lab.offsets();
        for (const [tp, offset] of run.acknowledged) expect(offsets[tp] ?? -1).toBeGreaterThanOrEqual(offset);
      }
      await run.end();
    }),
    { numRuns: 150, seed: 7 },
  );
}, 60_000);
