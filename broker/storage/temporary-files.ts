/**
 * Names for files that are not objects yet, and the removal of those that a crashed process left behind. Nothing tells
 * a dead process's file from a slow one's, so leftovers are given time; removing one too early costs its owner no more than
 * a put of unknown outcome. A name is never used twice: the file of an earlier life may be linked to an object.
 */
import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { VolumeError } from '../../runtime/volume.ts';
import type { Volume } from '../../runtime/volume.ts';

export class TemporaryFiles {
  private readonly volume: Volume;
  private readonly clock: Clock;
  private readonly random: Random;
  private opening: Promise<string> | undefined;
  private leftovers: { readonly paths: readonly string[]; readonly sinceMs: number } | undefined;
  private count = 0;

  constructor(options: { readonly volume: Volume; readonly clock: Clock; readonly random: Random }) {
    this.volume = options.volume;
    this.clock = options.clock;
    this.random = options.random.fork('temporary files');
  }

  /** A path that no other process uses or used. Rejects with `VolumeError`. */
  async name(): Promise<string> {
    this.opening ??= this.open();
    let prefix: string;
    try {
      prefix = await this.opening;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
    if (this.leftovers !== undefined && this.clock.monotonicMs() - this.leftovers.sinceMs > GRACE_MS) {
      const { paths } = this.leftovers;
      this.leftovers = undefined;
      await Promise.all(paths.map((path) => this.drop(path)));
    }
    this.count += 1;
    return `${prefix}${this.count}`;
  }

  async drop(path: string): Promise<void> {
    try {
      await this.volume.remove(path);
    } catch (error) {
      // Housekeeping: what stays is a leftover for the next process.
      if (!(error instanceof VolumeError)) throw error;
    }
  }

  private async open(): Promise<string> {
    const there = (await this.volume.list(TEMPORARY)).map(({ path }) => path);
    let prefix: string;
    do {
      prefix = `${TEMPORARY}/${this.random.bytes(8).toString('hex')}-`;
    } while (there.some((path) => path.startsWith(prefix)));
    this.leftovers = { paths: there, sinceMs: this.clock.monotonicMs() };
    return prefix;
  }
}

const TEMPORARY = 'tmp';
const GRACE_MS = 60_000;
