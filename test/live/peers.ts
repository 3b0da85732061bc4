/**
 * The programs the live suite talks to, installed from their registries when they are not there: kcat (librdkafka) as a Debian
 * package, MinIO as a Go module built into `.peers/`. What cannot be had ends the run with the reason; it never skips a test.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const cache = resolve('.peers');

/** Later than minio #21526 and #21603, which broke conditional PUT; passes the thorough probe and the whole conformance suite. */
const MINIO_VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';

export const minioPath = join(cache, `minio-${MINIO_VERSION}`, 'minio');
export const wavetankPath = resolve('dist/cli/wavetank.js');

export function setup(): void {
  if (!existsSync(wavetankPath)) throw new Error(`${wavetankPath} is missing: npm run build must succeed before npm run test:live`);
  ensureKcat();
  ensureMinio();
}

function ensureKcat(): void {
  if (spawnSync('kcat', ['-V']).status === 0) return;
  const how = 'the live suite needs kcat: install the Debian package "kcat" (or kcat from another package manager) so that it is on the PATH';
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) throw new Error(how);
  // The index first: on a fresh machine there is none.
  run('apt-get', ['update'], how);
  run('apt-get', ['install', '-y', '--no-install-recommends', 'kcat'], how, { DEBIAN_FRONTEND: 'noninteractive' });
  if (spawnSync('kcat', ['-V']).status !== 0) throw new Error(`${how}; the package was installed but does not start`);
}

function ensureMinio(): void {
  if (existsSync(minioPath)) return;
  const folder = join(minioPath, '..');
  const how = `the live suite needs MinIO, built with Go 1.24 or later: GOBIN=${folder} go install github.com/minio/minio@${MINIO_VERSION}`;
  if (spawnSync('go', ['version']).status !== 0) throw new Error(`${how} (there is no go on the PATH)`);
  mkdirSync(folder, { recursive: true });
  process.stderr.write('live suite: building MinIO, once; this takes some minutes\n');
  run('go', ['install', `github.com/minio/minio@${MINIO_VERSION}`], how, { GOBIN: folder });
}

function run(command: string, parameters: readonly string[], how: string, environment: Readonly<Record<string, string>> = {}): void {
  const { status, stderr, error } = spawnSync(command, parameters, { env: { ...process.env, ...environment }, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status === 0) return;
  throw new Error(`${how}\n${command} ${parameters.join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').slice(-5).join('\n')}`);
}
