/**
 * One direction between two nodes: latency, and the rules in force on it. What a rule blocks waits here, in order, as TCP would
 * send it again and again, and flows when the last blocking rule is gone.
 */
import type { Random } from '../runtime/index.ts';
import { drawLatencyUs } from './latency.ts';
import type { LatencyTable } from './latency.ts';
import type { SimRandom } from './random.ts';
import type { World } from './world.ts';

/** One-way: from -> to. `affected` counts the segments and requests it held or delayed. */
export interface LinkRule {
  readonly id: string;
  readonly from: (node: string) => boolean;
  readonly to: (node: string) => boolean;
  readonly effect: { readonly kind: 'block' } | { readonly kind: 'delay'; readonly minUs: number; readonly maxUs: number };
  affected: number;
}

/** What must arrive in the order it was sent: one direction of a connection. */
export interface Stream {
  readonly lane: number;
  lastUs: number;
}

interface Waiting {
  readonly stream: Stream;
  readonly baseUs: number;
  readonly fn: (arg: never) => void;
  readonly arg: unknown;
}

const LATENCY: LatencyTable = [[0, 150], [0.9, 300], [0.98, 400], [0.998, 2_000], [1, 20_000]];
const LOOPBACK: LatencyTable = [[0, 15], [0.98, 40], [1, 200]];
/** 1 GB/s. */
const BYTES_PER_US = 1000;
/** After healing, TCP's next retransmission comes within this. */
const RETRANSMIT_US_MAX = 200_000;

export class Link {
  private readonly random: SimRandom;
  private readonly healing: Random;
  private readonly table: LatencyTable;
  private blocks: LinkRule[] = [];
  private delays: { rule: LinkRule; random: Random }[] = [];
  private waiting: Waiting[] = [];

  constructor(private readonly world: World, readonly from: string, readonly to: string) {
    this.random = world.random.fork(`link ${from}->${to}`);
    this.healing = this.random.fork('heal');
    this.table = from === to ? LOOPBACK : LATENCY;
  }

  /** The rules have changed: those that still concern this link, in the order they were added. */
  obey(rules: readonly LinkRule[]): void {
    const mine = rules.filter((rule) => rule.from(this.from) && rule.to(this.to));
    const before = this.delays;
    this.blocks = mine.filter((rule) => rule.effect.kind === 'block');
    this.delays = mine.filter((rule) => rule.effect.kind === 'delay').map((rule) => (
      before.find((known) => known.rule === rule) ?? { rule, random: this.world.random.fork(`rule ${rule.id} ${this.from}->${this.to}`) }));
    if (this.blocks.length > 0 || this.waiting.length === 0) return;
    const flowing = this.waiting;
    this.waiting = [];
    const retransmitUs = this.healing.int(0, RETRANSMIT_US_MAX);
    for (const { stream, baseUs, fn, arg } of flowing) this.carry(stream, baseUs + retransmitUs, fn, arg);
  }

  /** Runs `fn(arg)` on the kernel's account when the segment arrives. */
  send<T>(stream: Stream, sizeBytes: number, fn: (arg: T) => void, arg: T): void {
    this.carry(stream, drawLatencyUs(this.table, this.random) + Math.floor(sizeBytes / BYTES_PER_US), fn as (arg: never) => void, arg);
  }

  /** As `send`, for a path whose latency is told by the caller (the object store's). */
  carry(stream: Stream, baseUs: number, fn: (arg: never) => void, arg: unknown): void {
    if (this.blocks.length > 0) {
      for (const rule of this.blocks) rule.affected++;
      this.waiting.push({ stream, baseUs, fn, arg });
      return;
    }
    let delayUs = baseUs;
    for (const { rule, random } of this.delays) {
      if (rule.effect.kind !== 'delay') continue;
      rule.affected++;
      delayUs += random.int(rule.effect.minUs, rule.effect.maxUs);
    }
    const atUs = Math.max(stream.lastUs, this.world.nowUs + delayUs);
    stream.lastUs = atUs;
    this.world.schedule(this.world.kernel, atUs, fn, arg as never, stream.lane);
  }
}
