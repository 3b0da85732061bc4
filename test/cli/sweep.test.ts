/** The sweep over worker processes that hold, fail, break, die and hang to order. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../cli/exit-codes.ts';
import { runPool } from '../../cli/pool.ts';
import { sweep } from '../../cli/sweep.ts';
import type { Outcome } from '../../cli/worker-process.ts';
import type { SeedRange } from '../../cli/options.ts';
import type { SweepReport } from '../../cli/report.ts';
import type { Scenario } from '../../scenarios/index.ts';

const workerScript = resolve('test/cli/fake-worker.mjs');
const scenario = (name: string, faults: readonly string[] = ['broker-kill']): Scenario => ({ name, faults }) as unknown as Scenario;

function swept(seeds: SeedRange, more: { readonly jobs?: number; readonly out?: string; readonly scenarios?: readonly Scenario[] } = {}): Promise<SweepReport> {
  return sweep({ scenarios: more.scenarios ?? [scenario('one'), scenario('two')], seeds, shard: null, jobs: more.jobs ?? 2, out: more.out ?? null, workerScript });
}

test('the report does not depend on the number of processes', async () => {
  const plain = (report: SweepReport): unknown => ({ ...report, elapsedMs: 0, jobs: 0 });
  const [alone, many] = [await swept({ first: 12, last: 30 }, { jobs: 1 }), await swept({ first: 12, last: 30 }, { jobs: 5 })];
  expect(plain(many)).toEqual(plain(alone));
  expect(many.exitCode).toBe(exitCodes.violated);
  expect(many.failures.map(({ scenario: name, seed }) => `${name} ${seed}`)).toEqual(['one 15', 'one 20', 'one 25', 'one 30', 'two 15', 'two 20', 'two 25', 'two 30']);
  expect(many.failures[0]).toMatchObject({ sentence: 'lost-write: record 15 is gone', replay: { kind: 'same' } });
});

test('a process that dies costs its own seed, and says why', async () => {
  const report = await swept({ first: 6, last: 8 }, { scenarios: [scenario('one')] });
  expect(report.failures.map(({ seed, kind, sentence }) => ({ seed, kind, sentence }))).toEqual([
    { seed: 7, kind: 'broken', sentence: 'no verdict: its process exited with code 9 (RangeError: out of everything)' },
    { seed: 8, kind: 'broken', sentence: 'the run broke: broke' },
  ]);
  expect(report.scenarios[0]).toMatchObject({ seeds: 3, held: 1, violated: 0, broken: 2 });
  expect(report.exitCode).toBe(exitCodes.world);
});

test('a process that gives no answer is ended', async () => {
  const outcomes: Outcome[] = [];
  await runPool([{ scenario: 'one', seed: 11 }, { scenario: 'one', seed: 12 }], { jobs: 1, timeoutMs: 500, script: workerScript, onOutcome: (index, outcome) => void (outcomes[index] = outcome) });
  expect(outcomes[0]).toEqual({ kind: 'died', ready: true, reason: 'no result within 0.5 s' });
  expect(outcomes[1]?.kind).toBe('done');
});

test('workers that cannot even start end the sweep with one line', async () => {
  const pool = runPool([{ scenario: 'one', seed: 1 }], { jobs: 1, script: resolve('test/cli/no-such-worker.mjs'), onOutcome: () => {} });
  await expect(pool).rejects.toMatchObject({ name: 'Complaint', exitCode: exitCodes.world, message: expect.stringContaining('could not start') });
});

test('a failure that does not repeat is nondeterminism, and the first event that differs is named', async () => {
  const report = await swept({ first: 9, last: 10 }, { scenarios: [scenario('one')] });
  expect(report.exitCode).toBe(exitCodes.nondeterminism);
  expect(report.failures[0]).toMatchObject({ seed: 9, replay: { kind: 'differs', difference: { seq: 2, line: 3 } } });
  expect(report.failures[1]).toMatchObject({ seed: 10, replay: { kind: 'same' } });
});

test('with --out the traces and pages of failures stay', async () => {
  const out = mkdtempSync(join(tmpdir(), 'wavetank-out-'));
  try {
    const report = await swept({ first: 4, last: 5 }, { scenarios: [scenario('one')], out });
    expect(report.failures[0]?.files['trace']).toBe(join(out, 'one-5.trace.jsonl'));
    expect(readdirSync(out).sort()).toEqual(['one-5.html', 'one-5.trace.jsonl']);
  } finally {
    rmSync(out, { recursive: true });
  }
});

test('a fault kind that never had an effect is a gap, and fails a large sweep', async () => {
  const scenarios = [scenario('one', ['broker-kill', 'clock-jump'])];
  const few = await swept({ first: 1, last: 4 }, { scenarios });
  expect(few).toMatchObject({ gaps: ['fault clock-jump was in no plan'], gapsFail: false, exitCode: exitCodes.held });
  const many = await swept({ first: 1001, last: 1200 }, { scenarios, jobs: 4 });
  expect(many).toMatchObject({ gapsFail: true, exitCode: exitCodes.violated });
});
