/**
 * A node's disk. The page cache holds what was written, the platter what was synced; names live in a journal until their directory is
 * synced. A killed process leaves the cache alone. A power loss drops it: unsynced content is lost, kept, or torn at a
 * 512-byte sector, and each unsynced change of a name happens or does not, by seed.
 */
import { VolumeError } from '../runtime/index.ts';
import type { Volume } from '../runtime/index.ts';
import { drawLatencyUs, longTailed } from './latency.ts';
import type { LatencyTable } from './latency.ts';
import type { Life } from './life.ts';
import { never } from './node-network.ts';
import type { SimRandom } from './random.ts';
import type { VolumeRule, VolumeVerb } from './volume-rule.ts';
import type { World } from './world.ts';

interface Inode {
  cached: Buffer;
  durable: Buffer;
  /** `cached` has not reached the platter. */
  dirty: boolean;
}

/** Names to set (or, with undefined, to take away) as one atomic step. */
type Change = readonly (readonly [path: string, inode: Inode | undefined])[];

const SECTOR_BYTES = 512;
const LATENCY: Record<'cache' | 'sync', LatencyTable> = { cache: longTailed(40, 400), sync: longTailed(1_200, 9_000) };
const BYTES_PER_US = 500;

export class SimVolume implements Volume {
  capacityBytes = Infinity;
  private names = new Map<string, Inode>();
  private durableNames = new Map<string, Inode>();
  private journal: Change[] = [];
  private readonly rules: VolumeRule[] = [];
  private readonly random: SimRandom;
  private readonly ordinals = new Map<string, number>();
  private losses = 0;

  constructor(private readonly world: World, private readonly node: string, private readonly life: () => Life) {
    this.random = world.random.fork(`volume ${node}`);
  }

  addRule(rule: VolumeRule): void {
    this.rules.push(rule);
  }

  removeRule(rule: VolumeRule): void {
    const index = this.rules.indexOf(rule);
    if (index >= 0) this.rules.splice(index, 1);
  }

  /** Every file as a reader would see it now. */
  inspect(): ReadonlyMap<string, Buffer> {
    return new Map([...this.names].map(([path, inode]) => [path, inode.cached]));
  }

  read(path: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined> {
    return this.operate('read', path, this.names.get(path)?.cached.length ?? 0, () => {
      const bytes = this.names.get(path)?.cached;
      return bytes === undefined ? undefined : Buffer.from(range === undefined ? bytes : bytes.subarray(range.start, range.end));
    });
  }

  write(path: string, bytes: Buffer): Promise<void> {
    const copy = Buffer.from(bytes);
    return this.operate('write', path, copy.length, () => {
      if (this.usedBytes() - (this.names.get(path)?.cached.length ?? 0) + copy.length > this.capacityBytes) throw new VolumeError('NO_SPACE', `no space for ${path}`);
      const inode = this.names.get(path);
      if (inode === undefined) {
        this.change([[path, { cached: copy, durable: Buffer.alloc(0), dirty: true }]]);
        return;
      }
      inode.cached = copy;
      inode.dirty = true;
    });
  }

  sync(path: string): Promise<void> {
    return this.operate('sync', path, 0, () => {
      const inode = this.file(path);
      if (!inode.dirty) return;
      inode.durable = inode.cached;
      inode.dirty = false;
    }, {
      // fsyncgate: the kernel reports the error once and marks the pages clean; a later sync succeeds and saves nothing.
      onError: () => {
        const inode = this.names.get(path);
        if (inode !== undefined) inode.dirty = false;
      },
    });
  }

  syncDirectory(directory: string): Promise<void> {
    return this.operate('syncDirectory', directory, 0, () => {
      const rest: Change[] = [];
      for (const change of this.journal) {
        if (change.some(([path]) => parent(path) === directory)) commit(this.durableNames, change);
        else rest.push(change);
      }
      this.journal = rest;
    });
  }

  link(from: string, to: string): Promise<boolean> {
    return this.operate('link', to, 0, () => {
      const inode = this.file(from);
      if (this.names.has(to)) return false;
      this.change([[to, inode]]);
      return true;
    }, { from });
  }

  rename(from: string, to: string): Promise<void> {
    return this.operate('rename', to, 0, () => {
      const inode = this.file(from);
      if (from !== to) this.change([[from, undefined], [to, inode]]);
    }, { from });
  }

  remove(path: string): Promise<boolean> {
    return this.operate('remove', path, 0, () => {
      if (!this.names.has(path)) return false;
      this.change([[path, undefined]]);
      return true;
    });
  }

  list(directory: string): Promise<readonly { readonly path: string; readonly sizeBytes: number }[]> {
    return this.operate('list', directory, 0, () => {
      const below = directory === '' ? '' : `${directory}/`;
      return [...this.names]
        .filter(([path]) => path.startsWith(below))
        .map(([path, inode]) => ({ path, sizeBytes: inode.cached.length }))
        .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
    });
  }

  /** The cache is gone. Returns how many files or names were not as the process last saw them. */
  powerLoss(): number {
    const random = this.random.fork(`loss ${++this.losses}`);
    let lost = 0;
    const survivors = new Map(this.durableNames);
    for (const change of this.journal) {
      if (random.float() < 0.5) commit(survivors, change);
      else lost++;
    }
    const torn = new Map<Inode, Inode>();
    const seen = new Map([...this.names, ...survivors]);
    for (const inode of new Set(seen.values())) {
      const kept = inode.dirty ? tear(inode, random) : inode.durable;
      if (!kept.equals(inode.cached)) lost++;
      torn.set(inode, { cached: kept, durable: kept, dirty: false });
    }
    this.names = new Map([...survivors].map(([path, inode]) => [path, torn.get(inode) as Inode]));
    this.durableNames = new Map(this.names);
    this.journal = [];
    return lost;
  }

  private change(change: Change): void {
    commit(this.names, change);
    this.journal.push(change);
  }

  private file(path: string): Inode {
    const inode = this.names.get(path);
    if (inode === undefined) throw new VolumeError('IO', `no such file: ${path}`);
    return inode;
  }

  private usedBytes(): number {
    let used = 0;
    for (const inode of new Set(this.names.values())) used += inode.cached.length;
    return used;
  }

  /** Takes its time, meets the rules, and happens as one event of the node; never, if the process dies first. */
  private operate<T>(verb: VolumeVerb, path: string, sizeBytes: number, perform: () => T, { onError, from }: { onError?: () => void; from?: string } = {}): Promise<T> {
    const life = this.life();
    this.world.refuseStranger(life, `volume.${verb}`);
    if (!life.alive) return never();
    const isDirectory = verb === 'list' || verb === 'syncDirectory';
    for (const name of from === undefined ? [path] : [from, path]) {
      if (!plain(name) && !(isDirectory && name === '')) return Promise.reject(new VolumeError('INVALID_PATH', `not a plain relative path: ${name}`));
    }
    const ordinal = (this.ordinals.get(verb) ?? 0) + 1;
    this.ordinals.set(verb, ordinal);
    const random = this.random.fork(`${verb} ${ordinal}`);
    let delayUs = drawLatencyUs(LATENCY[verb === 'sync' || verb === 'syncDirectory' ? 'sync' : 'cache'], random) + Math.floor(sizeBytes / BYTES_PER_US);
    let failure: VolumeError | undefined;
    for (const rule of this.rules) {
      if (!rule.match({ node: this.node, verb, path })) continue;
      const chance = this.random.fork(`rule ${rule.id} ${verb} ${ordinal}`);
      if (rule.probability < 1 && chance.float() >= rule.probability) continue;
      rule.affected++;
      if (rule.effect.kind === 'delay') delayUs += chance.int(rule.effect.minUs, rule.effect.maxUs);
      else failure ??= rule.effect.kind === 'io' ? new VolumeError('IO', `${verb} ${path}: input/output error`) : new VolumeError('NO_SPACE', `${verb} ${path}: no space`);
    }
    life.requests++;
    return new Promise<T>((resolve, reject) => {
      this.world.schedule(life, this.world.nowUs + delayUs, () => {
        life.requests--;
        if (failure !== undefined) {
          onError?.();
          reject(failure);
          return;
        }
        try {
          resolve(perform());
        } catch (error) {
          reject(error as Error);
        }
      }, undefined);
    });
  }
}

function commit(names: Map<string, Inode>, change: Change): void {
  for (const [path, inode] of change) {
    if (inode === undefined) names.delete(path);
    else names.set(path, inode);
  }
}

/** What the platter holds of a file whose last write was never synced. */
function tear(inode: Inode, random: SimRandom): Buffer {
  const { cached, durable } = inode;
  const sectors = Math.ceil(cached.length / SECTOR_BYTES);
  const prefixBytes = Math.min(cached.length, random.int(0, sectors) * SECTOR_BYTES);
  switch (random.int(0, 3)) {
    case 0: return durable;
    case 1: return cached;
    case 2: return cached.subarray(0, prefixBytes);
    default: return Buffer.concat([cached.subarray(0, prefixBytes), random.bytes(cached.length - prefixBytes)]);
  }
}

function parent(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function plain(path: string): boolean {
  return !path.includes('\0') && !path.includes('\\') && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}
