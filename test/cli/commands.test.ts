/** The built command end to end: what a user types, on the simulator and on the real machine. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const command = resolve('dist/cli/wavetank.js');
const cwd = mkdtempSync(join(tmpdir(), 'wavetank-e2e-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('run: a quiet sea holds, and the report does not depend on jobs', { timeout: 120_000 }, () => {
  const reports = ['1', '2'].map((jobs) => {
    const run = wavetank('run', 'quiet-sea', '--seeds', '2', '--jobs', jobs, '--reporter', 'json');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const report = JSON.parse(run.stdout) as { runs: { scenario: string; seed: number; outcome: string; hash: string }[] };
    return report.runs.map(({ scenario, seed, outcome, hash }) => ({ scenario, seed, outcome, hash }));
  });
  expect(reports[0]).toEqual(reports[1]);
  expect(reports[0]).toMatchObject([{ seed: 1, outcome: 'held' }, { seed: 2, outcome: 'held' }]);
});

test('repro: the same trace twice, which view turns into the same page', { timeout: 120_000 }, () => {
  const [a, b] = ['a', 'b'].map((name) => {
    expect(wavetank('repro', 'quiet-sea', '--seed', '1', '--trace', `${name}.jsonl`, '--html', `${name}.html`)).toMatchObject({ status: 0, stderr: '' });
    return readFileSync(join(cwd, `${name}.jsonl`), 'utf8');
  });
  expect(a).toBe(b);
  expect(wavetank('view', 'a.jsonl', '-o', 'viewed.html')).toMatchObject({ status: 0, stdout: 'viewed.html\n' });
  expect(readFileSync(join(cwd, 'viewed.html'), 'utf8')).toBe(readFileSync(join(cwd, 'a.html'), 'utf8'));
});

test('list: names hazards, faults and promises', () => {
  const { status, stdout } = wavetank('list');
  expect(status).toBe(0);
  for (const word of ['broker-loss', 'broker-kill', 'lost-write']) expect(stdout).toContain(word);
});

test('broker: ready, open to clients, and gone without a trace', async () => {
  const broker = spawn(process.execPath, [command, 'broker', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((done) => broker.once('exit', done));
  const line = await new Promise<string>((ready) => broker.stdout.once('data', (bytes) => ready(String(bytes))));
  const [, port, directory] = /^ready: bootstrap 127\.0\.0\.1:(\d+) \(broker 1, cluster wavetank, objects in (\S+)\)\n$/.exec(line) ?? [];
  expect(existsSync(directory as string)).toBe(true);
  await new Promise<void>((connected, failed) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.destroy();
      connected();
    });
    socket.once('error', failed);
  });
  broker.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(existsSync(directory as string)).toBe(false);
});

function wavetank(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { cwd, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}
