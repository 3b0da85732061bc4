/**
 * Runs tasks over worker processes that share one queue. A worker that dies costs its task, never the sweep.
 * Outcomes arrive in any order; whoever reports sorts by index, so that a report does not depend on `jobs`.
 */
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { worldFailed } from './complaint.ts';
import type { Task } from './messages.ts';
import { WorkerProcess, type Environment, type Outcome } from './worker-process.ts';

export interface PoolOptions {
  readonly jobs: number;
  /** Called once a task, as each ends. */
  readonly onOutcome: (index: number, outcome: Outcome) => void | Promise<void>;
  /** A new process for each task: nothing an earlier seed left behind can matter. */
  readonly fresh?: boolean;
  /** More to say when a signal ends it all. */
  readonly interrupted?: () => string;
  readonly environment?: (index: number) => Environment;
  readonly timeoutMs?: number;
  readonly script?: string;
}

/** Left to themselves they would end this process and leave its scratch files. */
const interrupts: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];

/** The slowest seed takes seconds; past this it does not end at all. */
export const taskTimeoutMs = 180_000;

export async function runPool(tasks: readonly Task[], options: PoolOptions): Promise<void> {
  const script = options.script ?? fileURLToPath(new URL('./worker.js', import.meta.url));
  const workers = new Set<WorkerProcess>();
  let ended = 0;
  const onInterrupt = (signal: NodeJS.Signals): void => {
    for (const worker of workers) worker.stop();
    const more = options.interrupted?.() ?? '';
    process.stderr.write(`wavetank: interrupted: ${ended} of ${tasks.length} runs had ended${more === '' ? '' : `, ${more}`}\n`);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of interrupts) process.once(signal, onInterrupt);
  let next = 0;
  let broken: Error | undefined;

  const lane = async (): Promise<void> => {
    let worker: WorkerProcess | undefined;
    while (next < tasks.length && broken === undefined) {
      const index = next++;
      const task = tasks[index] as Task;
      if (!worker?.alive) {
        worker = new WorkerProcess(script, options.environment?.(index));
        workers.add(worker);
      }
      const outcome = await worker.run(task, options.timeoutMs ?? taskTimeoutMs);
      if (options.fresh || !worker.alive) {
        worker.stop();
        workers.delete(worker);
        worker = undefined;
      }
      if (outcome.kind === 'died' && !outcome.ready) throw worldFailed(`a worker process could not start: ${outcome.reason}; try fewer with --jobs, or npm ci if files are missing`);
      await options.onOutcome(index, outcome);
      ended += 1;
    }
  };
  try {
    await Promise.all(
      Array.from({ length: Math.min(options.jobs, tasks.length) }, async () => {
        try {
          await lane();
        } catch (error) {
          broken ??= error instanceof Error ? error : new Error(String(error));
        }
      }),
    );
    if (broken !== undefined) throw broken;
  } finally {
    for (const signal of interrupts) process.off(signal, onInterrupt);
    for (const worker of workers) worker.stop();
  }
}
