/** How far a sweep is, on stderr: a bar on a terminal, and elsewhere a line now and then, for whoever watches a log. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, note: string): void;
  stop(): void;
}

/** A log of a short run has no use for such lines. */
const LINE_EVERY_MS = 30_000;

export function startProgress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? bar(total, stream) : lines(total, stream);
}

function bar(total: number, stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar({ format: '{bar} {value}/{total} {note} | {duration_formatted} gone, {eta_formatted} to go', clearOnComplete: true, hideCursor: true, stream, barsize: 30, fps: 8 }, Presets.rect);
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note) => bar.update(done, { note }),
    stop: () => bar.stop(),
  };
}

function lines(total: number, stream: NodeJS.WriteStream): Progress {
  let nextMs = performance.now() + LINE_EVERY_MS;
  return {
    update(done, note) {
      if (performance.now() < nextMs) return;
      nextMs = performance.now() + LINE_EVERY_MS;
      stream.write(`wavetank: ${done} of ${total} ${note}\n`);
    },
    stop: () => {},
  };
}
