/** `wavetank broker` as an operator runs it: a process, its output, its exit code, and kill -9. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { wavetankPath } from './peers.ts';
import { freePort, until } from './waiting.ts';

export interface BrokerOptions {
  readonly brokerId: number;
  /** As `--objects` takes it. */
  readonly objects: string;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly extra?: readonly string[];
}

export class BrokerProcess {
  private readonly options: BrokerOptions;
  readonly port: number;
  stdout = '';
  stderr = '';
  private child: ChildProcess | undefined;

  private constructor(options: BrokerOptions, port: number) {
    this.options = options;
    this.port = port;
  }

  /** Not started yet. */
  static async make(options: BrokerOptions): Promise<BrokerProcess> {
    return new BrokerProcess(options, options.port ?? await freePort());
  }

  static async started(options: BrokerOptions): Promise<BrokerProcess> {
    const broker = await BrokerProcess.make(options);
    await broker.start();
    return broker;
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it serves; returns how long that took. */
  async start(): Promise<number> {
    const startMs = performance.now();
    this.spawn();
    await until(`broker ${this.options.brokerId} is ready`, READY_TIMEOUT_MS, () => {
      if (!this.running) throw new Error(`broker ${this.options.brokerId} ended before it was ready, exit code ${this.child?.exitCode}: ${this.stderr}`);
      return /\bready\b/.test(this.stdout);
    }, () => this.stderr);
    return performance.now() - startMs;
  }

  /** For a start that must fail: its exit code. */
  async end(timeoutMs: number): Promise<number | null> {
    if (this.child === undefined) this.spawn();
    await until(`broker ${this.options.brokerId} ends`, timeoutMs, () => !this.running, () => this.stdout + this.stderr);
    return this.child?.exitCode ?? null;
  }

  async kill9(): Promise<void> {
    await this.signal('SIGKILL');
  }

  /** In good order; the exit code. */
  async stop(): Promise<number | null> {
    await this.signal('SIGTERM');
    return this.child?.exitCode ?? null;
  }

  private spawn(): void {
    this.stdout = '';
    this.stderr = '';
    const { brokerId, objects, environment = {}, extra = [] } = this.options;
    const parameters = [wavetankPath, 'broker', '--listen', this.bootstrap, '--objects', objects, '--broker-id', String(brokerId), ...extra];
    const child = spawn(process.execPath, parameters, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => this.stdout += String(chunk));
    child.stderr.on('data', (chunk) => this.stderr += String(chunk));
    this.child = child;
  }

  private async signal(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.child;
    if (child === undefined || !this.running) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }
}

/** Recovery after a kill -9 included. */
const READY_TIMEOUT_MS = 60_000;
