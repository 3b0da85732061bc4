/**
 * An object store in a directory, for one machine or a shared file system: several brokers may use it at once.
 * An object is written under a temporary name, synced, and only then given its own name (by link, which fails
 * if the name is taken, or by rename), so nobody ever sees half an object. Nothing is reported that a power cut could take back:
 * the directory entry is synced before `stored`, before `exists`, and before a reader is shown an object whose maker may
 * have died between link and sync. After a failed sync the store is done for: the kernel may call the next sync
 * of the same lost pages a success (fsyncgate), so it refuses everything rather than pretend.
 */
import { assert } from '../../runtime/assert.ts';
import type { Clock } from '../../runtime/clock.ts';
import { StoreError } from '../../runtime/object-store.ts';
import type { ListPage, ObjectStore, PutOutcome } from '../../runtime/object-store.ts';
import type { Random } from '../../runtime/random.ts';
import { VolumeError } from '../../runtime/volume.ts';
import type { Volume } from '../../runtime/volume.ts';
import { byKey, directoryOfPath, directoryOfPrefix, keyOfPath, pathOfKey } from './directory-keys.ts';
import { DirectorySync } from './directory-sync.ts';
import { TemporaryFiles } from './temporary-files.ts';

export class DirectoryStore implements ObjectStore {
  private readonly volume: Volume;
  private readonly directories: DirectorySync;
  private readonly temporary: TemporaryFiles;
  /** Paths whose entry is known to be on disk; forgotten wholesale when there are too many. */
  private readonly settled = new Set<string>();
  private failed: StoreError | undefined;

  constructor(options: { readonly volume: Volume; readonly clock: Clock; readonly random: Random }) {
    this.volume = options.volume;
    this.directories = new DirectorySync(options.volume);
    this.temporary = new TemporaryFiles(options);
  }

  async put(key: string, body: Buffer, options?: { readonly ifAbsent?: boolean }): Promise<PutOutcome> {
    const path = this.path(key);
    let temporary: string | undefined;
    try {
      temporary = await this.temporary.name();
      await this.volume.write(temporary, body);
      await this.syncFile(temporary);
      const created = options?.ifAbsent === true ? await this.volume.link(temporary, path) : await this.replace(temporary, path);
      await this.settle([path]);
      return created ? 'stored' : 'exists';
    } catch (error) {
      const failure = storeError(error);
      if (failure.code === 'DENIED' && failure !== this.failed) throw failure;
      return 'unknown';
    } finally {
      if (temporary !== undefined) await this.temporary.drop(temporary);
    }
  }

  async get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined> {
    const path = this.path(key);
    return attempt(async () => {
      const bytes = await this.volume.read(path, range);
      if (bytes !== undefined) await this.settle([path]);
      return bytes;
    });
  }

  async list(prefix: string, options?: { readonly startAfter?: string; readonly maxKeys?: number }): Promise<ListPage> {
    this.refuseIfFailed();
    const { startAfter = '', maxKeys = PAGE_KEYS_MAX } = options ?? {};
    return attempt(async () => {
      const found: { key: string; path: string; sizeBytes: number }[] = [];
      for (const { path, sizeBytes } of await this.volume.list(directoryOfPrefix(prefix))) {
        const key = keyOfPath(path);
        if (key !== undefined && key.startsWith(prefix) && (startAfter === '' || byKey(key, startAfter) > 0)) found.push({ key, path, sizeBytes });
      }
      found.sort((a, b) => byKey(a.key, b.key));
      const page = found.slice(0, Math.min(maxKeys, PAGE_KEYS_MAX));
      await this.settle(page.map(({ path }) => path));
      return { objects: page.map(({ key, sizeBytes }) => ({ key, sizeBytes })), truncated: found.length > page.length };
    });
  }

  async delete(keys: readonly string[]): Promise<void> {
    assert(keys.length <= PAGE_KEYS_MAX, `at most ${PAGE_KEYS_MAX} keys can be deleted at once, not ${keys.length}`);
    const paths = keys.map((key) => this.path(key));
    await attempt(async () => {
      const removed = await Promise.all(paths.map(async (path) => {
        this.settled.delete(path);
        return await this.volume.remove(path) ? [path] : [];
      }));
      await this.settleDirectories(removed.flat());
    });
  }

  private path(key: string): string {
    this.refuseIfFailed();
    const path = pathOfKey(key);
    if (path === undefined) throw new StoreError('DENIED', `the key ${JSON.stringify(key)} cannot be the name of a file`);
    return path;
  }

  private refuseIfFailed(): void {
    if (this.failed !== undefined) throw this.failed;
  }

  private async replace(from: string, to: string): Promise<true> {
    await this.volume.rename(from, to);
    this.settled.delete(to);
    return true;
  }

  private async syncFile(path: string): Promise<void> {
    try {
      await this.volume.sync(path);
    } catch (error) {
      // A full disk has lost nothing but this file, which has no name yet.
      if (!(error instanceof VolumeError && error.code === 'NO_SPACE')) this.fail(error);
      throw error;
    }
  }

  /** The entries of `paths` survive a power cut from here on. */
  private async settle(paths: readonly string[]): Promise<void> {
    const open = paths.filter((path) => !this.settled.has(path));
    if (open.length === 0) return;
    await this.settleDirectories(open);
    if (this.settled.size + open.length > SETTLED_MAX) this.settled.clear();
    for (const path of open) this.settled.add(path);
  }

  private async settleDirectories(paths: readonly string[]): Promise<void> {
    try {
      await Promise.all([...new Set(paths.map(directoryOfPath))].map((directory) => this.directories.sync(directory)));
    } catch (error) {
      throw this.fail(error);
    }
    // While we waited another sync may have failed: ours may have succeeded only because of that.
    this.refuseIfFailed();
  }

  private fail(error: unknown): unknown {
    if (!(error instanceof VolumeError)) return error;
    return this.failed ??= new StoreError('DENIED', `the object directory can no longer be trusted, restart the broker: ${error.message}`);
  }
}

const PAGE_KEYS_MAX = 1000;
const SETTLED_MAX = 65_536;

async function attempt<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw storeError(error);
  }
}

function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof VolumeError)) throw error;
  return new StoreError(error.code === 'DENIED' || error.code === 'INVALID_PATH' ? 'DENIED' : 'UNAVAILABLE', error.message);
}
