/**
 * A directory of the real file system as a `Volume`. Paths are checked before the disk is touched: nothing
 * outside the root can be named. Every error leaves as a `VolumeError`; none is retried (fsyncgate).
 */
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { VolumeError } from '../volume.ts';
import type { Volume, VolumeErrorCode } from '../volume.ts';

export class NodeVolume implements Volume {
  private readonly root: string;

  /** `root` is made with the first write when it does not exist. */
  constructor(root: string) {
    this.root = root;
  }

  async read(path: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined> {
    const file = this.file(path);
    return this.attempt(`read ${path}`, () => ifThere(async () => {
      const handle = await open(file, constants.O_RDONLY);
      try {
        if (range === undefined) return await handle.readFile();
        const sizeBytes = (await handle.stat()).size;
        const start = Math.min(Math.max(range.start, 0), sizeBytes);
        const bytes = Buffer.allocUnsafe(Math.max(Math.min(range.end, sizeBytes) - start, 0));
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await handle.close();
      }
    }, undefined));
  }

  async write(path: string, bytes: Buffer): Promise<void> {
    const file = this.file(path);
    return this.attempt(`write ${path}`, () => this.withParents(file, async () => {
      const handle = await open(file, 'w');
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
    }));
  }

  async sync(path: string): Promise<void> {
    const file = this.file(path);
    return this.attempt(`sync ${path}`, () => syncFile(file, 'r+'));
  }

  async syncDirectory(directory: string): Promise<void> {
    const file = this.directory(directory);
    return this.attempt(`sync directory ${directory}`, async () => {
      await syncFile(file, 'r');
      // The root may be new itself. Its parent is not ours: where it may not be read, the operator made the root before.
      if (directory === '') await syncFile(join(this.root, '..'), 'r').catch(unlessDenied);
    });
  }

  async link(from: string, to: string): Promise<boolean> {
    const [source, target] = [this.file(from), this.file(to)];
    return this.attempt(`link ${from} to ${to}`, () => this.withParents(target, async () => {
      try {
        await link(source, target);
        return true;
      } catch (error) {
        if (errnoOf(error) === 'EEXIST') return false;
        throw error;
      }
    }));
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.file(from), this.file(to)];
    return this.attempt(`rename ${from} to ${to}`, () => this.withParents(target, () => rename(source, target)));
  }

  async remove(path: string): Promise<boolean> {
    const file = this.file(path);
    return this.attempt(`remove ${path}`, () => ifThere(async () => {
      await unlink(file);
      return true;
    }, false));
  }

  async list(directory: string): Promise<readonly { readonly path: string; readonly sizeBytes: number }[]> {
    const top = this.directory(directory);
    return this.attempt(`list ${directory}`, async () => {
      const paths: string[] = [];
      await walk(top, directory === '' ? '' : `${directory}/`, paths);
      paths.sort(byBytes);
      const files = await inGroups(paths, async (path) => {
        // A file removed since the directory was read is not there.
        const sizeBytes = await ifThere(async () => (await stat(this.file(path))).size, undefined);
        return sizeBytes === undefined ? undefined : { path, sizeBytes };
      });
      return files.filter((file) => file !== undefined);
    });
  }

  private file(path: string): string {
    const names = path.split('/');
    for (const name of names) {
      if (name === '' || name === '.' || name === '..' || name.includes('\0') || name.includes('\\')) {
        throw new VolumeError('INVALID_PATH', `not a path inside the volume: ${JSON.stringify(path)}`);
      }
    }
    return join(this.root, ...names);
  }

  private directory(path: string): string {
    return path === '' ? this.root : this.file(path);
  }

  /** Tries first and makes the parents only when they are missing: they are there nearly always. */
  private async withParents<T>(file: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await mkdir(join(file, '..'), { recursive: true });
      return await action();
    }
  }

  private async attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      const code = errnoOf(error);
      // Anything without an errno is a bug of ours, not of the disk.
      if (code === undefined) throw error;
      throw new VolumeError(volumeCode(code), `cannot ${what} in ${this.root}: ${(error as Error).message}`);
    }
  }
}

const STATS_AT_ONCE = 64;

function unlessDenied(error: unknown): void {
  if (volumeCode(errnoOf(error) ?? '') !== 'DENIED') throw error;
}

async function syncFile(file: string, flags: string): Promise<void> {
  const handle = await open(file, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function walk(directory: string, prefix: string, paths: string[]): Promise<void> {
  const entries = await ifThere(() => readdir(directory, { withFileTypes: true }), []);
  for (const entry of entries) {
    if (entry.isDirectory()) await walk(join(directory, entry.name), `${prefix}${entry.name}/`, paths);
    else if (entry.isFile()) paths.push(prefix + entry.name);
  }
}

async function inGroups<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += STATS_AT_ONCE) {
    results.push(...await Promise.all(items.slice(at, at + STATS_AT_ONCE).map(action)));
  }
  return results;
}

async function ifThere<T, N>(action: () => Promise<T>, otherwise: N): Promise<T | N> {
  try {
    return await action();
  } catch (error) {
    if (NOT_THERE.has(errnoOf(error) ?? '')) return otherwise;
    throw error;
  }
}

const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function volumeCode(errno: string): VolumeErrorCode {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT': return 'NO_SPACE';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS': return 'DENIED';
    case 'ENAMETOOLONG':
    case 'ENOTDIR':
    case 'EISDIR': return 'INVALID_PATH';
    default: return 'IO';
  }
}

function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
