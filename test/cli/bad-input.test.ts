/** What people get wrong, at the real command: one line that says what, where and what to do; the right exit code; never a stack. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fileComplaint } from '../../cli/files.ts';
import { TRACE_FORMAT } from '../../runtime/index.ts';

const command = resolve('dist/cli/wavetank.js');
const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
const cwd = mkdtempSync(join(tmpdir(), 'wavetank-cli-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(cwd, name), text);
  return name;
};
const header = { type: 'header', format: TRACE_FORMAT, wavetank: '0.1.0', commit: 'x', node: '20', scenario: 'broker-loss', seed: 1, config: {}, plan: {}, lanes: [] };

describe.each<readonly [what: string, args: readonly string[], exitCode: number, line: RegExp]>([
  ['unknown command', ['runn'], 2, /unknown command 'runn' \(did you mean run\?\); see wavetank --help/i],
  ['help for no command', ['help', 'runn'], 2, /unknown command 'runn' \(did you mean run\?\)/i],
  ['unknown option', ['run', '--sedes', '5'], 2, /unknown option '--sedes' \(did you mean --seeds\?\); see wavetank run --help/i],
  ['missing argument', ['repro', '--seed', '1'], 2, /missing required argument 'scenario'; see wavetank repro --help/],
  ['missing option', ['repro', 'broker-loss'], 2, /required option '--seed <n>' not specified/],
  ['excess argument', ['list', 'everything'], 2, /too many arguments for 'list': expected 0 arguments but got 1; see wavetank list --help/],
  ['unknown scenario, near', ['run', 'broker-los'], 2, /there is no scenario "broker-los"; did you mean broker-loss\? wavetank list shows them all/],
  ['unknown scenario, far', ['repro', 'xyzzy', '--seed', '1'], 2, /there is no scenario "xyzzy"; wavetank list shows them all/],
  ['unknown scenario to shrink', ['shrink', 'broker-los', '--seed', '1'], 2, /did you mean broker-loss/],
  ['unknown scenario for meta', ['meta', 'broker-los'], 2, /did you mean broker-loss/],
  ['bad seed range', ['run', '--seeds', '5..1'], 2, /--seeds "5\.\.1" ends before it starts/],
  ['bad seed', ['repro', 'broker-loss', '--seed', 'one'], 2, /--seed "one" is not a seed/],
  ['bad jobs', ['run', '--jobs', '0'], 2, /--jobs "0" is not a number of processes/],
  ['bad shard', ['run', '--shard', '3'], 2, /--shard "3" is not a part/],
  ['bad reporter', ['run', '--reporter', 'xml'], 2, /--reporter "xml" does not exist; choose one of text, json, junit, github/],
  ['missing plan', ['repro', 'broker-loss', '--seed', '1', '--plan', 'no-such.json'], 2, /cannot read the plan no-such\.json: it does not exist; check the path/],
  ['plan that is not JSON', ['repro', 'broker-loss', '--seed', '1', '--plan', file('torn.json', '{"version": 1,')], 2, /the plan torn\.json is not JSON/],
  ['plan of another version', ['repro', 'broker-loss', '--seed', '1', '--plan', file('new.json', '{"version":2,"faults":[]}')], 2, /the plan new\.json, at version: expected 1, found 2/],
  ['plan with an unknown fault', ['repro', 'broker-loss', '--seed', '1', '--plan', file('odd.json', '{"version":1,"faults":[{"id":"f1","kind":"meteor","atMs":0,"durationMs":1,"target":[],"params":{}}]}')], 2, /at faults\[0\]\.kind: "meteor" is no fault/],
  ['plan for another cluster', ['repro', 'broker-loss', '--seed', '1', '--plan', file('foreign.json', '{"version":1,"faults":[{"id":"f1","kind":"broker-kill","atMs":0,"durationMs":1,"target":["b9"],"params":{}}]}')], 2, /the plan foreign\.json, at faults\[0\]\.target: broker-kill is done to brokers, and broker-loss has none named "b9"; it has b1, b2, b3/],
  ['plan longer than the storm', ['repro', 'broker-loss', '--seed', '1', '--plan', file('long.json', '{"version":1,"faults":[{"id":"f1","kind":"broker-kill","atMs":1,"durationMs":500000,"target":["b1"],"params":{}}]}')], 2, /at faults\[0\]: it ends 500001 ms into the storm, which lasts 30000 ms in broker-loss/],
  ['plan that kills no client', ['repro', 'broker-loss', '--seed', '1', '--plan', file('nobody.json', '{"version":1,"faults":[{"id":"f1","kind":"client-kill","atMs":0,"durationMs":1,"target":[],"params":{}}]}')], 2, /client-kill needs the name of a client of broker-loss; it has p1, p2, c1, c2, c3/],
  ['plan that loses a producer', ['repro', 'rebalance-churn', '--seed', '1', '--plan', file('churn.json', '{"version":1,"faults":[{"id":"f1","kind":"consumer-loss","atMs":0,"durationMs":1,"target":["p1"],"params":{}}]}')], 2, /consumer-loss is done to consumers, and rebalance-churn has none named "p1"; it has c1, c2, c3/],
  ['plan that spares no consumer', ['repro', 'rebalance-churn', '--seed', '1', '--plan', file('all.json', '{"version":1,"faults":[{"id":"f1","kind":"consumer-loss","atMs":0,"durationMs":1,"target":["c1","c2","c3"],"params":{}}]}')], 2, /the plan all\.json: it loses every consumer of rebalance-churn, so that nobody is left to take over; spare one/],
  ['directory as plan', ['repro', 'broker-loss', '--seed', '1', '--plan', '.'], 2, /cannot read the plan \.: it is a directory/],
  ['trace into a missing directory', ['repro', 'broker-loss', '--seed', '1', '--trace', 'no/such/dir/t.jsonl'], 2, /cannot write the trace no\/such\/dir\/t\.jsonl: its directory does not exist/],
  ['page over a directory', ['repro', 'broker-loss', '--seed', '1', '--html', '.'], 2, /cannot write the page \.: it is a directory/],
  ['trace and page in one file', ['repro', 'broker-loss', '--seed', '1', '--trace', 'a', '--html', 'a'], 2, /--trace and --html both name a/],
  ['out dir that is a file', ['run', '--out', file('in-the-way', '')], 2, /cannot use the --out directory in-the-way: a file of that name is in the way/],
  ['missing trace', ['view', 'no-such.jsonl'], 2, /cannot read the trace no-such\.jsonl: it does not exist/],
  ['not a trace', ['view', file('notes.txt', 'hello\n')], 2, /notes\.txt: not a wavetank trace/],
  ['empty trace', ['view', file('empty.jsonl', '')], 2, /empty\.jsonl: not a wavetank trace: the file is empty/],
  ['trace of another version', ['view', file('old.jsonl', `${JSON.stringify({ ...header, format: 99, wavetank: '9.9.9' })}\n`)], 2, /old\.jsonl: trace format 99, this wavetank reads \d+: use the wavetank that wrote it \(version 9\.9\.9\)/],
  ['page over its own trace', ['view', file('same.jsonl', `${JSON.stringify(header)}\n`), '-o', './same.jsonl'], 2, /the page would replace the trace same\.jsonl/],
  ['bad address', ['broker', '--listen', '9092'], 2, /--listen "9092" is not an address/],
  ['every interface, unadvertised', ['broker', '--listen', '0.0.0.0:0'], 2, /add --advertise HOST:PORT/],
  ['address of another machine', ['broker', '--listen', '203.0.113.1:9092'], 4, /cannot listen on 203\.0\.113\.1:9092: .*choose an address of this machine/],
  ['bad store', ['broker', '--objects', '/data'], 2, /--objects "\/data" is not a store; write file:DIR or s3:\/\/BUCKET\?endpoint=URL/],
  ['store that is a file', ['broker', '--objects', `file:${file('a-file', '')}`], 2, /cannot use the --objects directory .*a file of that name is in the way/],
  ['bucket name that none can have', ['broker', '--objects', 's3://B'], 2, /--objects "s3:\/\/B" is not a store; .*3 to 63 lower-case letters/],
  ['cluster without a name', ['broker', '--cluster-id', ''], 2, /--cluster-id "" is not a name/],
  ['directory that cannot be made', ['broker', '--objects', 'file:/proc/no/such'], 2, /cannot use the --objects directory \/proc\/no\/such: it does not exist/],
  ['unreachable store', ['broker', '--listen', '127.0.0.1:0', '--objects', 's3://bucket?endpoint=http://127.0.0.1:1'], 4, /cannot use the object store: bucket bucket at http:\/\/127\.0\.0\.1:1 .*check the endpoint and that the server is up/],
  ['unknown wal', ['broker', '--wal', 'volume:/tmp'], 2, /--wal "volume:\/tmp" is not available in this version/],
])('%s', (_, args, exitCode, line) => {
  test(`wavetank ${args.join(' ')}`, () => {
    const run = wavetank(args);
    expect(run.stderr).toMatch(/^wavetank: [^\n]+\n$/);
    expect(run.stderr).toMatch(line);
    expect(run).toMatchObject({ status: exitCode, stdout: '' });
  });
});

test('a port that is taken', async () => {
  const server = createServer();
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  const run = wavetank(['broker', '--listen', `127.0.0.1:${port}`]);
  server.close();
  expect(run).toMatchObject({ status: 4, stdout: '' });
  expect(run.stderr).toBe(`wavetank: cannot listen on 127.0.0.1:${port}: the port is in use; stop what holds it, or choose another with --listen (port 0 picks a free one)\n`);
});

test('a bucket that does not exist', async () => {
  const server = createHttpServer((_, response) => {
    response.writeHead(404, { 'content-type': 'application/xml' }).end('<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>');
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  const broker = spawn(process.execPath, [command, 'broker', '--listen', '127.0.0.1:0', '--objects', `s3://nowhere?endpoint=http://127.0.0.1:${port}`], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  broker.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise((exited) => broker.once('close', exited));
  server.close();
  expect(stderr).toMatch(/^wavetank: cannot use the object store: bucket nowhere at http:[^\n]*NoSuchBucket[^\n]*; create it first\n$/);
  expect(status).toBe(4);
});

test('stored data that is damaged', async () => {
  await brokerWasHere('damaged');
  const entry = join(cwd, 'damaged/objects/meta/log/00000000000000000001.obj');
  const bytes = readFileSync(entry);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(entry, bytes);
  const run = wavetank(['broker', '--listen', '127.0.0.1:0', '--objects', 'file:damaged']);
  expect(run).toMatchObject({ status: 4, stdout: '' });
  expect(run.stderr).toMatch(/^wavetank: the stored data is damaged: meta\/log\/0+1 is corrupt \(\d+ bytes, checksum mismatch\); nothing was changed: [^\n]+\n$/);
});

test('the store of another cluster', async () => {
  await brokerWasHere('taken');
  const run = wavetank(['broker', '--listen', '127.0.0.1:0', '--objects', 'file:taken', '--cluster-id', 'other']);
  expect(run).toMatchObject({ status: 4, stdout: '' });
  expect(run.stderr).toMatch(/^wavetank: cannot use [^\n]*taken: it belongs to cluster wavetank, not to other\n$/);
});

test('output that nobody reads: the work is done all the same, and the verdict stands', () => {
  const { stderr } = spawnSync('sh', ['-c', `{ "${process.execPath}" "${command}" repro payments --seed 4 --html unread.html; echo "exit $?" >&2; } | true`], { cwd, encoding: 'utf8', env });
  expect(stderr).toBe('exit 1\n');
  expect(readFileSync(join(cwd, 'unread.html'), 'utf8')).toContain('group-skip');
});

test('a directory without permission', () => {
  // Made by hand: nothing is refused to root.
  const refused = Object.assign(new Error("EACCES: permission denied, mkdir 'locked'"), { code: 'EACCES' });
  expect(fileComplaint(refused, 'cannot make the --out directory locked', 'choose another')).toMatchObject({
    exitCode: 4,
    message: 'cannot make the --out directory locked: permission denied; choose another',
  });
});

test('help and version are no errors', () => {
  expect(wavetank(['--version'])).toMatchObject({ status: 0, stderr: '' });
  expect(wavetank(['run', '--help'])).toMatchObject({ status: 0, stderr: '' });
  expect(wavetank([])).toMatchObject({ status: 0, stderr: '' });
});

/** A broker has served from this directory, and has closed. */
async function brokerWasHere(directory: string): Promise<void> {
  const broker = spawn(process.execPath, [command, 'broker', '--listen', '127.0.0.1:0', '--objects', `file:${directory}`], { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((ready) => broker.stdout.once('data', ready));
  broker.kill('SIGTERM');
  await new Promise((exited) => broker.once('close', exited));
}

function wavetank(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { cwd, encoding: 'utf8', timeout: 25_000, env });
  return { status, stdout, stderr };
}
