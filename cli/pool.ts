/**
 * Runs tasks over worker processes that share one queue. A worker that dies costs its task, never the sweep.
 * Outcomes arrive in any order; whoever reports sorts by index, so that a report does not depend on `jobs`.
 */
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
  readonly environment?: (index: number) => Environment;
  readonly timeoutMs?: number;
  readonly script?: string;
}

/** The slowest seed takes seconds; past this it does not end at all. */
export const taskTimeoutMs = 180_000;

export async function runPool(tasks: readonly Task[], options: PoolOptions): Promise<void> {
  const script = options.script ?? fileURLToPath(new URL('./worker.js', import.meta.url));
  const workers = new Set<WorkerProcess>();
  const onInterrupt = (): void => {
    for (const worker of workers) worker.stop();
    process.exit(130);
  };
  process.once('SIGINT', onInterrupt);
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
    process.off('SIGINT', onInterrupt);
    for (const worker of workers) worker.stop();
  }
}
