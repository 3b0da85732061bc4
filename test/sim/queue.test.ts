import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Life } from '../../sim/life.ts';
import { EventQueue } from '../../sim/queue.ts';

const life = new Life({ name: 'n', nameHash: 0, tieSalt: 0, crash: () => {} }, 1);

it('gives events by time, then tie, then age, whatever is cancelled', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ time: fc.nat(20), tie: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ cancel: fc.nat(100) }) },
    { weight: 2, arbitrary: fc.constant('pop' as const) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const queue = new EventQueue(4);
    let model: { time: number; tie: number; seq: number; slot: number }[] = [];
    let seq = 0;
    const pop = (): void => {
      const expected = model.toSorted((a, b) => a.time - b.time || a.tie - b.tie || a.seq - b.seq)[0];
      expect(queue.nextTimeUs()).toBe(expected?.time ?? Infinity);
      if (expected === undefined) return;
      const slot = queue.pop();
      expect(queue.arg[slot]).toBe(expected.seq);
      queue.release(slot);
      model = model.filter((event) => event !== expected);
    };
    for (const it of steps) {
      if (it === 'pop') pop();
      else if ('cancel' in it) {
        const victim = model[it.cancel % Math.max(1, model.length)];
        if (victim === undefined) continue;
        const identity = queue.identity(victim.slot);
        expect(queue.cancel(victim.slot, identity)).toBe(true);
        expect(queue.cancel(victim.slot, identity)).toBe(false);
        model = model.filter((event) => event !== victim);
      } else {
        seq++;
        model.push({ ...it, seq, slot: queue.push(it.time, it.tie, life, () => {}, seq, 0) });
      }
      expect(queue.size).toBe(model.length);
    }
    while (model.length > 0) pop();
  }));
});
