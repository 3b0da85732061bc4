/**
 * The border: the only file here that touches Node and the real globals. Loaded once, before any client library, it wraps
 * the process's sources of time, chance and asynchronous work. The wrapper asks who is executing (`current.life`):
 *
 * - an event of a node: the call is served by that node's clock, random stream and timers;
 * - nobody, or no world runs: the host's own code (test runner, progress bar) between two turns; passed through;
 * - the world's driver inside a `done()` predicate: refused with `UncontrolledError`.
 *
 * That is sound because a turn is one unbroken run of immediates whose last one clears `current.life`: no callback of the
 * host can run inside it. Real asynchronous work a node starts behind our back (a file read, say) comes back between
 * turns, with nobody executing; the first thing it touches in the runtime then refuses it (`World.refuseOutside`).
 *
 * `Math.random` is served only to callers under `node_modules` (an unmodified client draws from its node's stream); code
 * of ours that reaches for it is refused, by the file of the calling frame. Clients draw rarely, so the walk is cheap enough.
 */
import crypto from 'node:crypto';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { current } from './current.ts';
import type { LifeGlobals } from './life.ts';
import { UncontrolledError } from './uncontrolled.ts';
import { VirtualTimeout } from './virtual-timeout.ts';

type AnyFn = (this: unknown, ...args: unknown[]) => unknown;
/** The built-in modules and globals, seen as the plain mutable objects that they are. */
type Patchable = Record<string, unknown>;

function acting(what: string): LifeGlobals | undefined {
  const life = current.life;
  if (life !== undefined) return life.globals ?? refuse(undefined, `${what} by the world's own machinery`);
  if (current.refusing) refuse(undefined, `${what} inside the driver's done()`);
  return undefined;
}

function refuse(node: LifeGlobals | undefined, what: string): never {
  const error = new UncontrolledError(`${what}: the seed does not control it`);
  node?.uncontrolled(error);
  throw error;
}

const globals = globalThis as unknown as Patchable;
const real = {
  Date: globalThis.Date,
  random: Math.random,
  setImmediate: globalThis.setImmediate,
  hrtime: process.hrtime,
  hrtimeBigint: process.hrtime.bigint,
};

/** The real `setImmediate`: the world's turn of events rests on it. */
export const callSoon: (fn: () => void) => unknown = real.setImmediate;

export interface ErrorWatcher {
  /** False for an error that is not a node's: it goes to the listeners that were there before, or to `fail`. */
  claim(error: unknown): boolean;
  fail(error: unknown): void;
}

type ErrorEvent = 'uncaughtException' | 'unhandledRejection';
const ERROR_EVENTS: readonly ErrorEvent[] = ['uncaughtException', 'unhandledRejection'];
const watchers = new Set<ErrorWatcher>();
const displaced = new Map<ErrorEvent, readonly AnyFn[]>();

/** Takes over the process's last-resort error events until the returned function (of the last world, if several run) puts everything back. */
export function watchErrors(watcher: ErrorWatcher): () => void {
  if (watchers.size === 0) {
    for (const event of ERROR_EVENTS) {
      displaced.set(event, process.rawListeners(event) as AnyFn[]);
      process.removeAllListeners(event);
      process.on(event, reporters[event] as never);
    }
  }
  watchers.add(watcher);
  return () => {
    if (!watchers.delete(watcher) || watchers.size > 0) return;
    for (const event of ERROR_EVENTS) {
      process.removeListener(event, reporters[event] as never);
      for (const listener of displaced.get(event) ?? []) process.on(event, listener as never);
    }
  };
}

function reporterOf(event: ErrorEvent): (error: unknown, detail: unknown) => void {
  return (error, detail) => {
    // What was refused is a finding already, wherever its throw ends up.
    if (error instanceof UncontrolledError && current.life === undefined) return;
    for (const watcher of watchers) if (watcher.claim(error)) return;
    const before = displaced.get(event) ?? [];
    if (before.length === 0) for (const watcher of watchers) watcher.fail(error);
    for (const listener of before) Reflect.apply(listener, process, [error, detail]);
  };
}
const reporters = { uncaughtException: reporterOf('uncaughtException'), unhandledRejection: reporterOf('unhandledRejection') };

// --- chance ---------------------------------------------------------------------------------------------------------

const OWN_ROOT = new URL('..', import.meta.url).pathname;

/** Of the calls that built-ins make for their callers, as in Array.from(..., Math.random), a few frames are looked through. */
function callerIsLibrary(): boolean {
  return fileIsLibrary(1) ?? fileIsLibrary(8) ?? false;
}

function fileIsLibrary(frameCount: number): boolean | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = frameCount;
  Error.prepareStackTrace = (_error, frames) => frames;
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, Math.random);
  const frames = holder.stack as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  for (const frame of frames) {
    const file = frame.getFileName();
    if (typeof file !== 'string' || file.startsWith('node:')) continue;
    let known = libraryFiles.get(file);
    if (known === undefined) {
      const path = file.replace(/^file:\/\//, '');
      known = (path.startsWith(OWN_ROOT) ? path.slice(OWN_ROOT.length - 1) : path).includes('/node_modules/');
      libraryFiles.set(file, known);
    }
    return known;
  }
  return undefined;
}
const libraryFiles = new Map<string, boolean>();

/** A function known to be a library's need not be looked up by its stack again. `caller` is null for code in strict mode, ours included. */
function virtualRandom(caller: object | null): number {
  const node = acting('Math.random()');
  if (node === undefined) return real.random();
  if (caller === null || !libraryCallers.has(caller)) {
    if (!callerIsLibrary()) refuse(node, 'Math.random() outside a library: draw from rt.random');
    if (caller !== null) libraryCallers.add(caller);
  }
  return node.float();
}
const libraryCallers = new WeakSet<object>();
// Only a function in sloppy mode is told who called it, and a module cannot hold one.
Math.random = Function('serve', 'return function random() { return serve(random.caller); }')(virtualRandom) as () => number;

const cryptoModule = crypto as unknown as Patchable;

/** Serves `name` from `virtual` inside a node. */
function wrap(holder: Patchable, name: string, virtual: (node: LifeGlobals, args: unknown[]) => unknown): void {
  const original = holder[name] as AnyFn;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const node = acting(name);
    return node === undefined ? Reflect.apply(original, this, args) : virtual(node, args);
  };
  Object.defineProperty(wrapped, 'name', { value: name });
  const custom = (original as unknown as Record<symbol, unknown>)[promisify.custom];
  if (custom !== undefined) Object.defineProperty(wrapped, promisify.custom, { value: custom, configurable: true });
  Object.defineProperty(holder, name, { value: wrapped, configurable: true, writable: true, enumerable: true });
}

/** Calls back as an event of the same node. */
function answer(node: LifeGlobals, callback: unknown, delayUs: number, ...values: unknown[]): void {
  node.newTimer().armUs(delayUs, () => { (callback as AnyFn)(...values); });
}

function fill(node: LifeGlobals, target: unknown, offset = 0, size?: number): unknown {
  const view = ArrayBuffer.isView(target) ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength) : new Uint8Array(target as ArrayBuffer);
  const end = size === undefined ? view.byteLength : offset + size;
  view.set(node.bytes(end - offset), offset);
  return target;
}

function uuid(node: LifeGlobals): string {
  const bytes = node.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

for (const name of ['randomBytes', 'pseudoRandomBytes']) {
  wrap(cryptoModule, name, (node, [size, callback]) => {
    const bytes = node.bytes(size as number);
    if (callback === undefined) return bytes;
    answer(node, callback, 10, null, bytes);
  });
}
wrap(cryptoModule, 'randomFillSync', (node, [target, offset, size]) => fill(node, target, offset as number, size as number));
wrap(cryptoModule, 'randomFill', (node, args) => {
  const callback = args.pop();
  answer(node, callback, 10, null, fill(node, args[0], args[1] as number, args[2] as number));
});
wrap(cryptoModule, 'randomUUID', uuid);
wrap(cryptoModule, 'randomInt', (node, args) => {
  const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const [low, high] = (args.length > 1 ? args : [0, args[0]]) as [number, number];
  const drawn = low + Math.floor(node.float() * (high - low));
  if (callback === undefined) return drawn;
  answer(node, callback, 10, null, drawn);
});
const webCrypto = Object.getPrototypeOf(globalThis.crypto) as Patchable;
wrap(webCrypto, 'getRandomValues', (node, [target]) => fill(node, target));
wrap(webCrypto, 'randomUUID', uuid);

// --- memory ---------------------------------------------------------------------------------------------------------

/**
 * kafkajs encodes every field of every record into zeroed buffers of 512 bytes, and Node gives each memory of its own: dear
 * to get and dear to collect. Inside a node small ones are cut from slabs that are zeroed once and never used twice.
 */
const realAlloc = Buffer.alloc;
const SLICE_BYTES_MAX = 2048;
const SLAB_BYTES = 128 * 1024;
let slab: Buffer<ArrayBuffer> | undefined;
let slabUsed = 0;

Buffer.alloc = function alloc(sizeBytes: number, fill?: string | Uint8Array | number, encoding?: BufferEncoding): Buffer<ArrayBuffer> {
  // What is no size is for Node to refuse.
  if (current.life === undefined || fill !== undefined || !(sizeBytes > 0 && sizeBytes <= SLICE_BYTES_MAX)) return realAlloc(sizeBytes, fill, encoding);
  if (slab === undefined || slabUsed + sizeBytes > SLAB_BYTES) {
    slab = realAlloc(SLAB_BYTES);
    slabUsed = 0;
  }
  const start = slabUsed;
  slabUsed += (sizeBytes + 7) & ~7;
  return slab.subarray(start, start + sizeBytes);
};

// --- time -----------------------------------------------------------------------------------------------------------

const RealDate = real.Date;
function VirtualDate(this: unknown, ...args: unknown[]): unknown {
  const now = args.length === 0 || new.target === undefined ? acting('Date') : undefined;
  if (new.target === undefined) return now === undefined ? RealDate() : new RealDate(now.wallMs()).toString();
  const target = (new.target as unknown) === VirtualDate ? RealDate : new.target;
  return Reflect.construct(RealDate, now === undefined ? args : [now.wallMs()], target);
}
Object.defineProperties(VirtualDate, {
  name: { value: 'Date' },
  length: { value: 7 },
  prototype: { value: RealDate.prototype, writable: false },
  parse: { value: RealDate.parse, writable: true, configurable: true },
  UTC: { value: RealDate.UTC, writable: true, configurable: true },
  now: { value: function now() { return acting('Date.now()')?.wallMs() ?? RealDate.now(); }, writable: true, configurable: true },
});
Object.defineProperty(RealDate.prototype, 'constructor', { value: VirtualDate, writable: true, configurable: true });
Object.defineProperty(globals, 'Date', { value: VirtualDate, writable: true, configurable: true, enumerable: false });

function virtualHrtime(previous?: [number, number]): [number, number] {
  const node = acting('process.hrtime()');
  if (node === undefined) return Reflect.apply(real.hrtime, process, previous === undefined ? [] : [previous]) as [number, number];
  const us = node.monotonicUs();
  let seconds = Math.floor(us / 1e6);
  let nanos = (us % 1e6) * 1000;
  if (previous !== undefined) {
    seconds -= previous[0];
    nanos -= previous[1];
    if (nanos < 0) { seconds--; nanos += 1e9; }
  }
  return [seconds, nanos];
}
virtualHrtime.bigint = (): bigint => {
  const node = acting('process.hrtime.bigint()');
  return node === undefined ? real.hrtimeBigint() : BigInt(node.monotonicUs()) * 1000n;
};
process.hrtime = virtualHrtime;
wrap(process as unknown as Patchable, 'uptime', (node) => node.monotonicUs() / 1e6);
wrap(performance as unknown as Patchable, 'now', (node) => node.monotonicUs() / 1000);

// --- timers ---------------------------------------------------------------------------------------------------------

/** A callback of a node's timer that throws is the node's error, and a node's alone: the world catches it. */
function startTimer(node: LifeGlobals, repeat: boolean, [fn, delay, ...args]: unknown[]): VirtualTimeout {
  if (typeof fn !== 'function') throw new TypeError('the "callback" argument must be of type function');
  return new VirtualTimeout(node.newTimer(), node.timerIds, () => { (fn as AnyFn)(...args); }, Number(delay), repeat);
}

function startImmediate(node: LifeGlobals, [fn, ...args]: unknown[]): VirtualTimeout {
  return new VirtualTimeout(node.newTimer(), node.timerIds, () => { (fn as AnyFn)(...args); }, undefined, false);
}

for (const holder of [globals, timers as unknown as Patchable]) {
  wrap(holder, 'setTimeout', (node, args) => startTimer(node, false, args));
  wrap(holder, 'setInterval', (node, args) => startTimer(node, true, args));
  wrap(holder, 'setImmediate', startImmediate);
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    const original = holder[name] as AnyFn;
    holder[name] = (handle: unknown): void => {
      const known = typeof handle === 'number' || typeof handle === 'string' ? acting(name)?.timerIds.get(Number(handle)) : handle;
      if (known instanceof VirtualTimeout) known.close();
      else original(handle);
    };
  }
  for (const name of ['setTimeout', 'setImmediate']) promisifyTimer(holder[name] as AnyFn, name);
}
function promisifyTimer(wrapped: AnyFn, name: string): void {
  const original = (wrapped as unknown as Record<symbol, AnyFn>)[promisify.custom] as AnyFn;
  const takesDelay = name === 'setTimeout';
  Object.defineProperty(wrapped, promisify.custom, {
    configurable: true,
    value: (...args: unknown[]) => {
      const node = acting(name);
      if (node === undefined) return original(...args);
      const [delay, value] = takesDelay ? args : [undefined, args[0]];
      return new Promise((resolve) => { new VirtualTimeout(node.newTimer(), node.timerIds, () => { resolve(value); }, takesDelay ? Number(delay) : undefined, false); });
    },
  });
}
const promised = timersPromises as unknown as Patchable;
wrap(promised, 'setTimeout', (node, [delay, value]) => new Promise((resolve) => { startTimer(node, false, [resolve, delay, value]); }));
wrap(promised, 'setImmediate', (node, [value]) => new Promise((resolve) => { startImmediate(node, [resolve, value]); }));
wrap(promised, 'setInterval', (node) => refuse(node, 'timers/promises setInterval'));
wrap(AbortSignal as unknown as Patchable, 'timeout', (node, [delay]) => {
  const controller = new AbortController();
  startTimer(node, false, [() => { controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')); }, delay]);
  return controller.signal;
});

// --- work that Node hands to its thread pool ------------------------------------------------------------------------

/** Does it at once and answers after a time that depends on its size alone. */
function viaSync(holder: Patchable, name: string): void {
  const sync = holder[`${name}Sync`] as AnyFn;
  wrap(holder, name, (node, args) => {
    const callback = args.pop();
    const size = Buffer.isBuffer(args[0]) ? args[0].length : 0;
    const delayUs = 20 + (size >> 6);
    let result: unknown;
    try {
      result = sync(...args);
    } catch (error) {
      answer(node, callback, delayUs, error);
      return;
    }
    answer(node, callback, delayUs, null, result);
  });
}
const zlibModule = zlib as unknown as Patchable;
for (const name of ['gzip', 'gunzip', 'deflate', 'inflate', 'deflateRaw', 'inflateRaw', 'unzip', 'brotliCompress', 'brotliDecompress']) viaSync(zlibModule, name);
for (const name of ['pbkdf2', 'scrypt', 'hkdf']) viaSync(cryptoModule, name);

/** Nothing stands in for these: a node that reaches for them is refused. */
function forbid(holder: Patchable, names: readonly string[], room: string): void {
  for (const name of names) {
    if (typeof holder[name] === 'function') wrap(holder, name, (node) => refuse(node, `${room}${name}()`));
  }
}
const lookups = ['lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveSrv', 'resolveTxt', 'reverse'];
forbid(dns as unknown as Patchable, lookups, 'dns.');
forbid(dns.promises as unknown as Patchable, lookups, 'dns.promises.');
forbid(net.Socket.prototype as unknown as Patchable, ['connect'], 'net.Socket.');
forbid(net.Server.prototype as unknown as Patchable, ['listen'], 'net.Server.');
forbid(globals, ['fetch'], '');
forbid(zlibModule, ['createGzip', 'createGunzip', 'createDeflate', 'createInflate', 'createDeflateRaw', 'createInflateRaw', 'createUnzip', 'createBrotliCompress', 'createBrotliDecompress'], 'zlib.');

syncBuiltinESMExports();
