/** One worker seen from the command: give it a task, get an outcome, whatever happens to the process. */
import { fork, type ChildProcess } from 'node:child_process';
import { oneLine } from './complaint.ts';
import type { Task, TaskMessage, WorkerMessage } from './messages.ts';
import type { SeedResult } from './seed-result.ts';

export type Outcome =
  | { readonly kind: 'done'; readonly result: SeedResult }
  | { readonly kind: 'threw'; readonly message: string; readonly stack: string }
  /** The process ended, or was ended because no answer came. `ready`: it had loaded, so the task is to blame. */
  | { readonly kind: 'died'; readonly reason: string; readonly ready: boolean };

export interface Environment {
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

const stderrKeptBytes = 4096;

export class WorkerProcess {
  readonly #child: ChildProcess;
  #ready = false;
  #stderr = '';
  #settle: ((outcome: Outcome) => void) | undefined;
  #dead: string | undefined;
  #nextId = 1;

  constructor(script: string, environment: Environment = {}) {
    this.#child = fork(script, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...environment.env },
      execArgv: [...(environment.execArgv ?? [])],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrKeptBytes);
    });
    this.#child.on('message', (message: WorkerMessage) => this.#onMessage(message));
    this.#child.on('error', (error) => this.#died(error.message));
    // `close`, not `exit`: by then its last words have arrived.
    this.#child.on('close', (code, signal) => this.#died(signal ? `its process was ended by ${signal}` : `its process exited with code ${code}`));
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  run(task: Task, timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#dead = `no result within ${timeoutMs / 1000} s`;
        this.stop();
      }, timeoutMs);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(outcome);
      };
      if (this.#dead !== undefined) return this.#died(this.#dead);
      const message: TaskMessage = { id: this.#nextId, task };
      this.#child.send(message, (error) => {
        if (error) this.#died(error.message);
      });
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #onMessage(message: WorkerMessage): void {
    if (message.kind === 'ready') {
      this.#ready = true;
      return;
    }
    if (message.id !== this.#nextId) return;
    this.#nextId += 1;
    if (message.kind === 'done') this.#settle?.({ kind: 'done', result: message.result });
    else this.#settle?.({ kind: 'threw', message: message.message, stack: message.stack });
  }

  #died(reason: string): void {
    this.#dead ??= reason;
    const lastWords = oneLine(this.#stderr.match(/^(?:\w*Error|FATAL ERROR)\b.*$/m)?.[0] ?? '');
    this.#settle?.({ kind: 'died', reason: lastWords ? `${this.#dead} (${lastWords})` : this.#dead, ready: this.#ready });
  }
}
