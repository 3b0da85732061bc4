/**
 * broker-loss seed 75 (and 269) hung for ever: kafkajs, stopped while its fetch manager was making new fetchers, spins in
 * microtasks. The guard ends that, and says whose fault it is. Found by a sweep that never came back.
 */
import { logLevel, type LogEntry } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { SpinGuard } from '../../scenarios/clients/spin-guard.ts';

const spinning = { namespace: 'Runner', level: logLevel.DEBUG, label: 'DEBUG', log: { timestamp: '', message: 'consumer not running, exiting' } } as LogEntry;

describe('a consumer that fetches after it was stopped', () => {
  test('is ended when no time passes between its fetches', () => {
    let hung = 0;
    const guard = new SpinGuard(() => 5, () => {}, () => (hung += 1));
    for (let at = 1; at < 1000; at += 1) guard.see(spinning);
    expect(() => guard.see(spinning)).toThrow('goes on fetching');
    expect(() => guard.see(spinning)).toThrow('goes on fetching');
    expect(hung).toBe(1);
  });

  test('is left alone while time passes', () => {
    let nowMs = 0;
    const guard = new SpinGuard(() => (nowMs += 1), () => {}, () => {
      throw new Error('not hung');
    });
    for (let at = 0; at < 5000; at += 1) guard.see(spinning);
  });
});
