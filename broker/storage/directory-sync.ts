/**
 * Makes directory entries durable, once for all who wait: a sync that begins after an entry was made covers it,
 * so callers who come while one is running share the next. A directory new to us is anchored
 * first: every directory above it is synced, since an entry in a directory that is itself lost is lost.
 */
import type { Volume } from '../../runtime/volume.ts';

export class DirectorySync {
  private readonly volume: Volume;
  private readonly running = new Map<string, Promise<void>>();
  private readonly next = new Map<string, Promise<void>>();
  /** Directories whose own entry is durable. They are never removed. */
  private readonly anchored = new Map<string, Promise<void>>();

  constructor(volume: Volume) {
    this.volume = volume;
  }

  /** Entries made in `directory` before the call are durable when this resolves. Rejects with `VolumeError`. */
  async sync(directory: string): Promise<void> {
    await this.anchor(directory);
    await this.shared(directory);
  }

  private anchor(directory: string): Promise<void> {
    if (directory === '') return Promise.resolve();
    let anchor = this.anchored.get(directory);
    if (anchor === undefined) {
      const parent = directory.slice(0, Math.max(directory.lastIndexOf('/'), 0));
      anchor = this.anchor(parent).then(() => this.shared(parent));
      this.anchored.set(directory, anchor);
    }
    return anchor;
  }

  private shared(directory: string): Promise<void> {
    const running = this.running.get(directory);
    if (running === undefined) return this.begin(directory);
    let next = this.next.get(directory);
    if (next === undefined) {
      const begin = (): Promise<void> => {
        this.next.delete(directory);
        return this.begin(directory);
      };
      // Whoever waits for the running one hears of its failure; the next learns the state of the disk by itself.
      next = running.then(begin, begin);
      this.next.set(directory, next);
    }
    return next;
  }

  private begin(directory: string): Promise<void> {
    const end = (): void => void this.running.delete(directory);
    const sync = this.volume.syncDirectory(directory);
    const running = sync.then(end, (error: unknown) => {
      end();
      throw error;
    });
    this.running.set(directory, running);
    return running;
  }
}
