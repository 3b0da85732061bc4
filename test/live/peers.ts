/**
 * The programs the live suite talks to, installed from their registries when they are not there: kcat (librdkafka) and
 * Chromium as Debian packages, and into `.peers/` MinIO as a Go module, confluent-kafka (librdkafka) from PyPI, Kafka's Java clients from Maven Central.
 * What cannot be had ends the run with the reason; it never skips a test.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const cache = resolve('.peers');

/** Later than minio #21526 and #21603, which broke conditional PUT; passes the thorough probe and the whole conformance suite. */
const MINIO_VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';

export const minioPath = join(cache, `minio-${MINIO_VERSION}`, 'minio');
export const wavetankPath = resolve('dist/cli/wavetank.js');

const CONFLUENT_KAFKA_VERSION = '2.16.1';
/** The last of 3.x, and the newest. */
export const javaClientsVersions = ['3.9.2', '4.4.0'] as const;

const pythonHome = join(cache, `confluent-kafka-${CONFLUENT_KAFKA_VERSION}`);
export const pythonPath = join(pythonHome, 'bin', 'python3');

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser that the page is tested in; undefined when there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => chromiumNames.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** Compiled programs and the libraries they need; what `java -cp` takes. */
export function javaClassPath(version: string): string {
  const home = javaHome(version);
  return `${join(home, 'classes')}:${join(home, 'lib')}/*`;
}

export function setup(): void {
  if (!existsSync(wavetankPath)) throw new Error(`${wavetankPath} is missing: npm run build must succeed before npm run test:live`);
  ensureKcat();
  ensureChromium();
  ensureMinio();
  ensureLibrdkafka();
  for (const version of javaClientsVersions) ensureJavaClients(version);
}

function ensureKcat(): void {
  const works = (): boolean => spawnSync('kcat', ['-V']).status === 0;
  ensureDebianPackage('kcat', works, 'the live suite needs kcat: install the Debian package "kcat" (or kcat from another package manager) so that it is on the PATH');
}

function ensureChromium(): void {
  const works = (): boolean => chromiumPath() !== undefined;
  ensureDebianPackage('chromium', works, `the live suite needs Chromium: install one so that it is on the PATH (looked for ${chromiumNames.join(', ')}), or set CHROMIUM to its path`);
}

/** Root installs what is missing; anybody else is told `how`. */
function ensureDebianPackage(name: string, works: () => boolean, how: string): void {
  if (works()) return;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) throw new Error(how);
  process.stderr.write(`live suite: installing the Debian package ${name}, once\n`);
  // The index first: on a fresh machine there is none.
  run('apt-get', ['update'], how);
  run('apt-get', ['install', '-y', '--no-install-recommends', name], how, { DEBIAN_FRONTEND: 'noninteractive' });
  if (!works()) throw new Error(`${how}; the package was installed but does not start`);
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

function ensureLibrdkafka(): void {
  if (spawnSync(pythonPath, ['-c', 'import confluent_kafka']).status === 0) return;
  const how = `the live suite needs confluent-kafka ${CONFLUENT_KAFKA_VERSION} from PyPI: Python 3.8 or later with its venv module (python3-venv), and a way to the registry`;
  run('python3', ['-m', 'venv', pythonHome], how);
  run(pythonPath, ['-m', 'pip', 'install', '--quiet', `confluent-kafka==${CONFLUENT_KAFKA_VERSION}`], how);
}

function ensureJavaClients(version: string): void {
  const home = javaHome(version);
  const how = `the live suite needs org.apache.kafka:kafka-clients ${version} from Maven Central: a JDK 17 or later, Maven, and a way to the repository`;
  const lib = join(home, 'lib');
  if (!existsSync(join(lib, `kafka-clients-${version}.jar`))) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'pom.xml'), pom(version));
    run('mvn', ['-q', '-B', '-f', join(home, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`], how);
  }
  run('javac', ['-nowarn', '-cp', `${lib}/*`, '-d', join(home, 'classes'), resolve('test/live/programs/JavaClients.java')], how);
}

function javaHome(version: string): string {
  return join(cache, `kafka-clients-${version}`);
}

function pom(version: string): string {
  const dependency = (group: string, artifact: string, of: string): string => `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${of}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>wavetank</groupId><artifactId>peers</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependency('org.apache.kafka', 'kafka-clients', version)}${dependency('org.slf4j', 'slf4j-nop', '1.7.36')}</dependencies></project>
`;
}

function run(command: string, parameters: readonly string[], how: string, environment: Readonly<Record<string, string>> = {}): void {
  const { status, stderr, error } = spawnSync(command, parameters, { env: { ...process.env, ...environment }, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status === 0) return;
  throw new Error(`${how}\n${command} ${parameters.join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').slice(-5).join('\n')}`);
}
