/**
 * A process that runs seeds for the command, one after the other: the simulator puts its own clock, timers and
 * chance in place of the process's while a world runs, so a sweep over several cores is several processes.
 */
import { renderTrace } from '../visualizer/index.ts';
import { writeWhole } from './files.ts';
import type { TaskMessage, WorkerMessage } from './messages.ts';
import { runSeed } from './run-seed.ts';

process.on('message', (message: TaskMessage) => void run(message));
// The parent is gone: nobody wants the answer.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent decides what becomes of the workers.
process.on('SIGINT', () => {});
send({ kind: 'ready' });

async function run({ id, task }: TaskMessage): Promise<void> {
  try {
    const { result, trace } = await runSeed(task.scenario, task.seed, { keepTrace: task.traceFile !== undefined });
    if (task.traceFile !== undefined) writeWhole(task.traceFile, trace);
    if (task.pageFile !== undefined) writeWhole(task.pageFile, renderTrace(trace));
    send({ kind: 'done', id, result });
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    send({ kind: 'threw', id, message: known.message, stack: known.stack ?? known.message });
  }
}

function send(message: WorkerMessage): void {
  process.send?.(message);
}
