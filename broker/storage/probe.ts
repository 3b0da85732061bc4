/**
 * Asks the store, before anything depends on it, whether it keeps the promises that the metadata log and the write-ahead log rest on:
 * one winner among concurrent creators, a create that sees an existing object, LIST and GET that see what was
 * just written (a 404 must not be remembered). Several stores that call themselves compatible do not
 * (minio #21603, rustfs #1659, versitygw #2288). Leaves nothing behind.
 */
import { StoreError } from '../../runtime/object-store.ts';
import type { ObjectStore } from '../../runtime/object-store.ts';
import type { PutOutcome } from '../../runtime/object-store.ts';

export interface ProbeOptions {
  /** Unique to this probe (random): processes that start together must not meet in the same keys. Plain characters. */
  readonly name: string;
  /** Also LIST over more than one page, with 1001 objects. */
  readonly thorough?: boolean;
  readonly creators?: number;
}

/**
 * Rejects with `ProbeError` when the store breaks a promise, with `StoreError` when it could not be asked
 * (`UNAVAILABLE`: try again; `DENIED`: no bucket, no permission).
 */
export async function probeStore(store: ObjectStore, options: ProbeOptions): Promise<void> {
  // One flat name space: in a directory store an abandoned folder would stay for good.
  const prefix = `probe/${options.name}-`;
  const keys = new Set<string>();
  const put = async (key: string, body: string): Promise<PutOutcome> => {
    keys.add(key);
    return await store.put(key, Buffer.from(body), { ifAbsent: true });
  };
  // A process with this name may have died in the middle of its probe.
  await cleanUp(store, (await store.list(prefix)).objects.map(({ key }) => key));
  try {
    await probeCreate(store, put, `${prefix}create`, options.creators ?? CREATORS);
    await probeList(store, put, prefix);
    if (options.thorough === true) await probePages(store, put, `${prefix}page-`);
  } finally {
    await cleanUp(store, [...keys]);
  }
}

export type ProbeErrorCode = 'TWO_WINNERS' | 'NO_WINNER' | 'CONDITION_IGNORED' | 'WRONG_BYTES' | 'STALE_MISS' | 'LIST_STALE' | 'LIST_WRONG';

export class ProbeError extends Error {
  readonly code: ProbeErrorCode;

  constructor(code: ProbeErrorCode, message: string) {
    super(`this object store cannot hold a cluster: ${message}`);
    this.name = 'ProbeError';
    this.code = code;
  }
}

const CREATORS = 32;
const PAGE_KEYS_MAX = 1000;
const PUTS_AT_ONCE = 32;

type Put = (key: string, body: string) => Promise<PutOutcome>;

async function probeCreate(store: ObjectStore, put: Put, key: string, creators: number): Promise<void> {
  // The miss comes first on purpose: a store or proxy that remembers it would hide the object afterwards.
  if (await store.get(key) !== undefined) throw new ProbeError('WRONG_BYTES', `GET of ${key}, which nobody has written, returned an object`);
  const bodies = Array.from({ length: creators }, (_, creator) => `creator ${creator}`);
  const outcomes = await Promise.all(bodies.map((body) => put(key, body)));
  const winners = bodies.filter((_, creator) => outcomes[creator] === 'stored');
  if (winners.length > 1) throw new ProbeError('TWO_WINNERS', `${winners.length} of ${creators} concurrent creates of one key were told that they had made it (If-None-Match is not atomic)`);
  const bytes = await store.get(key);
  if (winners.length === 0) {
    if (outcomes.includes('unknown')) throw new StoreError('UNAVAILABLE', `the store left open whether ${key} was created`);
    throw new ProbeError('NO_WINNER', `none of ${creators} concurrent creates of a new key succeeded (${[...new Set(outcomes)].join(', ')})`);
  }
  if (bytes === undefined) throw new ProbeError('STALE_MISS', `GET does not find ${key}, which was created a moment ago, after an earlier GET had missed it`);
  if (bytes.toString() !== winners[0]) throw new ProbeError('WRONG_BYTES', `${key} holds ${JSON.stringify(bytes.toString())}, but ${JSON.stringify(winners[0])} was told that it had made it`);
  const again = await put(key, 'too late');
  if (again === 'stored') throw new ProbeError('CONDITION_IGNORED', 'a create replaced an object that existed (If-None-Match is ignored)');
}

async function probeList(store: ObjectStore, put: Put, prefix: string): Promise<void> {
  for (const name of ['list-a', 'list-b', 'list-c']) {
    await mustCreate(put, prefix + name);
    const { objects } = await store.list(`${prefix}list-`);
    if (objects.at(-1)?.key !== prefix + name) throw new ProbeError('LIST_STALE', `LIST does not show ${prefix}${name}, which was created a moment ago`);
  }
  const page = await store.list(`${prefix}list-`, { startAfter: `${prefix}list-a`, maxKeys: 1 });
  const seen = page.objects.map(({ key }) => key).join(', ');
  if (seen !== `${prefix}list-b` || !page.truncated) throw new ProbeError('LIST_WRONG', `LIST after ${prefix}list-a of at most one key returned "${seen}"${page.truncated ? '' : ' and says that this is all'}`);
}

/** Pages beyond 1000 keys are where listings get lost (AutoMQ #2660). */
async function probePages(store: ObjectStore, put: Put, prefix: string): Promise<void> {
  const keys = Array.from({ length: PAGE_KEYS_MAX + 1 }, (_, number) => prefix + String(number).padStart(5, '0'));
  for (let at = 0; at < keys.length; at += PUTS_AT_ONCE) {
    await Promise.all(keys.slice(at, at + PUTS_AT_ONCE).map((key) => mustCreate(put, key)));
  }
  const first = await store.list(prefix);
  const last = first.objects.at(-1)?.key ?? '';
  if (!first.truncated) throw new ProbeError('LIST_WRONG', `LIST of ${keys.length} keys returned ${first.objects.length} and says that this is all`);
  const second = await store.list(prefix, { startAfter: last });
  const seen = [...first.objects, ...second.objects].map(({ key }) => key);
  if (second.truncated || seen.join() !== keys.join()) throw new ProbeError('LIST_WRONG', `two pages of LIST do not add up to the ${keys.length} keys that exist, in order`);
}

async function mustCreate(put: Put, key: string): Promise<void> {
  const outcome = await put(key, key);
  if (outcome === 'exists') throw new ProbeError('CONDITION_IGNORED', `the create of ${key}, a new key, was told that it exists`);
  if (outcome !== 'stored') throw new StoreError('UNAVAILABLE', `the store left open whether ${key} was created (${outcome})`);
}

async function cleanUp(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += PAGE_KEYS_MAX) {
    try {
      await store.delete(keys.slice(at, at + PAGE_KEYS_MAX));
    } catch (error) {
      // What the probe found matters more than a few objects it could not remove.
      if (!(error instanceof StoreError)) throw error;
    }
  }
}
