/** A progress line on stderr, on a terminal only: a log file has no use for one. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, note: string): void;
  stop(): void;
}

export function startProgress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({ format: '{bar} {value}/{total} {note} | {duration_formatted} gone, {eta_formatted} to go', clearOnComplete: true, hideCursor: true, stream, barsize: 30, fps: 8 }, Presets.rect);
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note) => bar.update(done, { note }),
    stop: () => bar.stop(),
  };
}
