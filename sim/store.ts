/**
 * The object store: atomic per key, read-after-write consistent, and slow in the way S3 is. It is the node `s3`. Chance for a request is
 * addressed by (node, verb, key, how many such this node made), so that one request more elsewhere shifts nothing here.
 */
import { crc32 } from '@node-rs/crc32';
import { StoreError } from '../runtime/index.ts';
import type { ListPage, PutOutcome } from '../runtime/index.ts';
import { drawLatencyUs, longTailed } from './latency.ts';
import type { LatencyTable } from './latency.ts';
import type { Life, LifeOwner } from './life.ts';
import type { SimNetwork } from './network.ts';
import type { StoreReply, StoreRequest } from './store-request.ts';
import type { StoreRule, StoreVerb } from './store-rule.ts';
import type { World } from './world.ts';

export const STORE_NODE = 's3';
const LIST_KEYS_MAX = 1000;
const DELETE_KEYS_MAX = 1000;
/** 100 MB/s for one request. */
const BYTES_PER_US = 100;

export class SimStore {
  readonly latency: Record<StoreVerb, LatencyTable> = {
    put: longTailed(25_000, 120_000),
    get: longTailed(12_000, 70_000),
    list: longTailed(30_000, 130_000),
    delete: longTailed(20_000, 100_000),
  };
  timeoutUs = 3_000_000;
  private readonly objects = new Map<string, Buffer>();
  /** In ascending order. */
  private readonly keys: string[] = [];
  private readonly rules: StoreRule[] = [];
  private readonly blocked = new Map<StoreRule, (() => void)[]>();
  private readonly ordinals = new Map<string, number>();
  private lastOp = 0;

  constructor(
    private readonly world: World,
    private readonly network: SimNetwork,
    /** The life of the node `s3`, looked up late: the node needs the store and the store its node. */
    private readonly home: () => Life,
  ) {}

  add(rule: StoreRule): void {
    this.rules.push(rule);
  }

  remove(rule: StoreRule): void {
    const index = this.rules.indexOf(rule);
    if (index >= 0) this.rules.splice(index, 1);
    const waiting = this.blocked.get(rule) ?? [];
    this.blocked.delete(rule);
    for (const go of waiting) go();
  }

  /** What is really there, whatever anybody was told. */
  inspect(): ReadonlyMap<string, Buffer> {
    return this.objects;
  }

  put(life: Life, key: string, body: Buffer, ifAbsent: boolean): Promise<PutOutcome> {
    const crc = crc32(body);
    let reported = false;
    const check = (): void => {
      if (reported || crc32(body) === crc) return;
      reported = true;
      this.world.find(life.owner.name, 'misuse', new Error(`the body of put ${key} was changed before the put settled`));
    };
    return this.request<PutOutcome>(life, 'put', [key], body.length, () => {
      check();
      if (ifAbsent && this.objects.has(key)) return { outcome: 'exists', value: 'exists' };
      if (!this.objects.has(key)) this.keys.splice(after(this.keys, key, ''), 0, key);
      this.objects.set(key, Buffer.from(body));
      return { outcome: 'stored', value: 'stored' };
    }, (why) => ({ outcome: 'unknown', why, value: 'unknown' }), { bytes: body.length, ifAbsent }, check);
  }

  get(life: Life, key: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined> {
    return this.request<Buffer | undefined>(life, 'get', [key], 0, () => {
      const found = this.objects.get(key);
      if (found === undefined) return { outcome: 'missing' };
      return { outcome: 'ok', value: Buffer.from(range === undefined ? found : found.subarray(range.start, range.end)) };
    }, unavailable, {});
  }

  list(life: Life, prefix: string, startAfter = '', maxKeys = LIST_KEYS_MAX): Promise<ListPage> {
    return this.request<ListPage>(life, 'list', [prefix], 0, () => {
      const { keys } = this;
      const limit = Math.min(maxKeys, LIST_KEYS_MAX);
      const objects: { key: string; sizeBytes: number }[] = [];
      for (let i = after(keys, prefix, startAfter); i < keys.length; i++) {
        const key = keys[i] as string;
        if (!key.startsWith(prefix)) break;
        if (objects.length === limit) return { outcome: 'ok', value: { objects, truncated: true } };
        objects.push({ key, sizeBytes: (this.objects.get(key) as Buffer).length });
      }
      return { outcome: 'ok', value: { objects, truncated: false } };
    }, unavailable, {});
  }

  delete(life: Life, keys: readonly string[]): Promise<void> {
    if (keys.length > DELETE_KEYS_MAX) return Promise.reject(new StoreError('DENIED', `at most ${DELETE_KEYS_MAX} keys can be deleted at once`));
    return this.request<void>(life, 'delete', keys, 0, (request) => {
      // A request that nobody will hear of may have been cut short: some of its keys are gone.
      const partly = request.effect !== undefined && request.effect.effect.kind !== 'delay';
      for (const key of keys) {
        if (partly && request.random.float() < 0.3) continue;
        if (this.objects.delete(key)) this.keys.splice(after(this.keys, key, ''), 1);
      }
      return { outcome: 'ok' };
    }, unavailable, { keys: keys.length });
  }

  private request<T>(
    life: Life, verb: StoreVerb, keys: readonly string[], sizeBytes: number,
    apply: (request: StoreRequest) => StoreReply, unknown: (why: string) => StoreReply,
    detail: Record<string, number | boolean>, beforeSettling?: () => void,
  ): Promise<T> {
    const { world } = this;
    const node = life.owner;
    const key = keys[0] ?? '';
    const address = `${node.name} ${verb} ${key}`;
    const ordinal = (this.ordinals.get(address) ?? 0) + 1;
    this.ordinals.set(address, ordinal);
    const random = world.random.fork(`s3 ${address} ${ordinal}`);
    const op = ++this.lastOp;
    world.trace(node, `s3.${verb}`, { op, key, ...detail });
    life.requests++;
    return new Promise<T>((resolve, reject) => {
      const totalUs = drawLatencyUs(this.latency[verb], random) + Math.floor(sizeBytes / BYTES_PER_US);
      const outUs = Math.floor(totalUs * (0.3 + 0.5 * random.float()));
      const effect = this.ruleFor(node.name, verb, keys, `${address} ${ordinal}`, detail['ifAbsent'] === true);
      let delayUs = 0;
      if (effect?.effect.kind === 'delay') delayUs = world.random.fork(`rule ${effect.id} delay ${address} ${ordinal}`).int(effect.effect.minUs, effect.effect.maxUs);
      const request: StoreRequest = {
        op, verb, keys, life, random, startedUs: world.nowUs, stream: { lane: op, lastUs: 0 }, apply, unknown, effect, replyUs: totalUs - outUs,
        applied: undefined, settled: false, timeout: { slot: 0, identity: 0 },
        settle: ({ value, error }) => {
          beforeSettling?.();
          if (error === undefined) resolve(value as T);
          else reject(error);
        },
      };
      const slot = world.schedule(life, world.nowUs + this.timeoutUs, this.timedOut, request);
      request.timeout = { slot, identity: world.queue.identity(slot) };
      this.network.link(node.name, STORE_NODE).carry(request.stream, outUs + delayUs, this.requestArrives, request);
    });
  }

  private ruleFor(node: string, verb: StoreVerb, keys: readonly string[], address: string, creates: boolean): StoreRule | undefined {
    for (const rule of this.rules) {
      if (rule.effect.kind === 'conflict' && !creates) continue;
      if (!(keys.length === 0 ? [''] : keys).some((key) => rule.match({ node, verb, key }))) continue;
      if (rule.probability < 1 && this.world.random.fork(`rule ${rule.id} ${address}`).float() >= rule.probability) continue;
      rule.affected++;
      return rule;
    }
    return undefined;
  }

  private readonly requestArrives = (request: StoreRequest): void => {
    this.world.deliver(this.home(), this.serve, request);
  };

  /** At the store, whoever else lives. */
  private readonly serve = (request: StoreRequest): void => {
    // The caller's connection went down with it, or it gave up: the request may have got through before that, or not.
    const gone = request.settled || !request.life.alive;
    const rule = request.effect;
    switch (rule?.effect.kind) {
      case 'unavailable': return this.reply(request, request.unknown('503 SlowDown'));
      case 'conflict': return this.reply(request, { outcome: 'conflict', value: 'conflict' });
      case 'reply-lost': this.applyNow(request); return;
      case 'late': {
        const { minUs, maxUs } = rule.effect;
        const atUs = request.startedUs + this.timeoutUs + request.random.int(minUs, maxUs);
        this.world.schedule(this.world.kernel, Math.max(this.world.nowUs, atUs), this.applyNow, request, request.op);
        return;
      }
      case 'block': {
        if (!this.rules.includes(rule)) break; // already healed
        if (request.random.float() < 0.5) this.applyNow(request);
        this.waitFor(rule, request);
        return;
      }
      default:
    }
    if (gone && request.random.float() < 0.5) return;
    this.applyNow(request);
    if (request.applied !== undefined) this.reply(request, request.applied);
  };

  private waitFor(rule: StoreRule, request: StoreRequest): void {
    let waiting = this.blocked.get(rule);
    if (waiting === undefined) this.blocked.set(rule, waiting = []);
    waiting.push(() => {
      if (request.settled) return;
      this.world.schedule(this.world.kernel, this.world.nowUs, this.unblocked, request, request.op);
    });
  }

  private readonly unblocked = (request: StoreRequest): void => {
    if (request.settled) return;
    if (request.applied === undefined) this.applyNow(request);
    if (request.applied !== undefined) this.reply(request, request.applied);
  };

  private readonly applyNow = (request: StoreRequest): void => {
    const home = this.home();
    if (!home.alive) return;
    request.applied = request.apply(request);
    this.world.trace(home.owner, 'store.apply', { op: request.op, key: request.keys[0] ?? '', from: request.life.owner.name, outcome: request.applied.outcome });
  };

  private reply(request: StoreRequest, reply: StoreReply): void {
    const back = this.network.link(STORE_NODE, request.life.owner.name);
    back.carry({ lane: request.op, lastUs: 0 }, request.replyUs, this.replyArrives, { request, reply });
  }

  private readonly replyArrives = ({ request, reply }: { request: StoreRequest; reply: StoreReply }): void => {
    if (!request.settled) this.world.deliver(request.life, this.finish, { request, reply });
  };

  private readonly timedOut = (request: StoreRequest): void => {
    this.finish({ request, reply: request.unknown('timed out') });
  };

  /** On the caller's account. */
  private readonly finish = ({ request, reply }: { request: StoreRequest; reply: StoreReply }): void => {
    if (request.settled) return;
    request.settled = true;
    request.life.requests--;
    this.world.queue.cancel(request.timeout.slot, request.timeout.identity);
    const owner: LifeOwner = request.life.owner;
    const us = this.world.nowUs - request.startedUs;
    const { outcome, why } = reply;
    this.world.trace(owner, 's3.done', why === undefined ? { op: request.op, outcome, us } : { op: request.op, outcome, us, why });
    request.settle(reply);
  };
}

function unavailable(why: string): StoreReply {
  return { outcome: 'unavailable', why, error: new StoreError('UNAVAILABLE', why) };
}

/** Index of the first key that has `prefix` (if any has) and follows `startAfter`. */
function after(keys: readonly string[], prefix: string, startAfter: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const key = keys[middle] as string;
    if (key < prefix || key <= startAfter && startAfter !== '') low = middle + 1;
    else high = middle;
  }
  return low;
}
