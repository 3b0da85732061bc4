/** The built command end to end: what a user types, on the simulator and on the real machine. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { TRACE_FORMAT } from '../../runtime/index.ts';

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

test('repro with a plan: the page and the trace name the plan, and running what they say gives the same trace', { timeout: 120_000 }, () => {
  writeFileSync(join(cwd, 'calm.json'), '{"version":1,"faults":[]}');
  const run = (trace: string): string => {
    expect(wavetank('repro', 'broker-loss', '--seed', '1', '--plan', './calm.json', '--trace', trace)).toMatchObject({ status: 0, stderr: '' });
    return readFileSync(join(cwd, trace), 'utf8');
  };
  const trace = run('planned.jsonl');
  expect(JSON.parse(trace.slice(0, trace.indexOf('\n')))).toMatchObject({ plan: { version: 1, faults: [] }, planFile: 'calm.json' });
  expect(run('again.jsonl')).toBe(trace);
});

test('view: a trace that was cut off is shown, and said to be', { timeout: 60_000 }, () => {
  const header = { type: 'header', format: TRACE_FORMAT, wavetank: '0.1.0', commit: 'x', node: '20', scenario: 'quiet-sea', seed: 1, config: {}, plan: {}, lanes: [] };
  writeFileSync(join(cwd, 'cut.jsonl'), `${JSON.stringify(header)}\n{"seq":1,"t":0,"node":"b1","kind":"node.st`);
  expect(wavetank('view', 'cut.jsonl')).toEqual({ status: 0, stdout: 'cut.html\n', stderr: 'wavetank: cut.jsonl ends early and holds no verdict; the page shows what there is\n' });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of a sweep: one line, no process and no file left', { timeout: 60_000 }, async (signal) => {
  const scratch = mkdtempSync(join(cwd, 'tmp-'));
  const run = spawn(process.execPath, [command, 'meta', 'broker-loss', '--seeds', '50', '--jobs', '2'], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: scratch } });
  const ended = new Promise<number | null>((done) => run.once('close', done));
  let said = '';
  run.stderr.on('data', (bytes) => (said += String(bytes)));
  await new Promise((first) => run.stdout.once('data', first)); // a seed has run twice, others are running
  run.kill(signal);
  expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
  expect(said).toMatch(/^wavetank: interrupted: \d+ of 100 runs had ended\n$/);
  expect(readdirSync(scratch)).toEqual([]);
});

test('list: names hazards, faults and promises', () => {
  const { status, stdout } = wavetank('list');
  expect(status).toBe(0);
  for (const word of ['broker-loss', 'broker-kill', 'lost-write']) expect(stdout).toContain(word);
});

test('colours: a pipe gets none unless the environment asks for them, and the words stay the same', () => {
  const bare = { ...process.env, CI: undefined, FORCE_COLOR: undefined, NO_COLOR: undefined };
  const [plain, refused, forced] = [bare, { ...bare, CI: 'true', NO_COLOR: '1' }, { ...bare, FORCE_COLOR: '1' }].map((env) => wavetankWith(env, 'list').stdout);
  expect(refused).toBe(plain);
  expect(forced).not.toBe(plain);
  expect(stripVTControlCharacters(forced as string)).toBe(plain);
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
  return wavetankWith(process.env, ...args);
}

function wavetankWith(env: NodeJS.ProcessEnv, ...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { cwd, env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}
