import { afterEach, expect, test, vi } from 'vitest';
import { startProgress } from '../../cli/progress.ts';

afterEach(() => void vi.useRealTimers());

test('without a terminal a long sweep says every half minute how far it is, and a short one nothing', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const written: string[] = [];
  const stream = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const progress = startProgress(600, stream);
  for (let done = 1; done <= 70; done++) {
    vi.advanceTimersByTime(1_000);
    progress.update(done, 'seeds, 1 failed');
  }
  progress.stop();
  expect(written).toEqual(['wavetank: 30 of 600 seeds, 1 failed\n', 'wavetank: 60 of 600 seeds, 1 failed\n']);
});
