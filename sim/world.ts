/**
 * What every part of the simulation stands on: virtual time, the queue, the trace, findings, and the turn of events.
 * `Sim` is the front door; this is the floor below it.
 */
import { current } from './current.ts';
import type { Finding } from './finding.ts';
import { callSoon, watchErrors } from './globals.ts';
import { Life } from './life.ts';
import type { LifeOwner } from './life.ts';
import { EventQueue, TIE_BITS } from './queue.ts';
import type { EventFn } from './queue.ts';
import { SimRandom } from './random.ts';
import { finish, hashString, WorldTracer } from './tracer.ts';
import { UncontrolledError } from './uncontrolled.ts';
import type { TraceArgs, TraceEvent } from '../runtime/index.ts';

/** Events run in one turn of the host's loop; then the host gets its turn (progress bar, test runner). */
const EVENTS_PER_TURN = 256;

export class World {
  nowUs = 0;
  running = false;
  closed = false;
  readonly queue = new EventQueue();
  readonly random: SimRandom;
  readonly tracer: WorldTracer;
  readonly findings: Finding[] = [];
  /** For events that happen in the network, in kernels and in the store, whoever lives or dies. */
  readonly kernel: Life;

  constructor(seed: number, keep: ((event: TraceEvent) => void) | undefined) {
    this.random = new SimRandom(`wavetank ${seed}`);
    this.tracer = new WorldTracer(keep);
    const owner: LifeOwner = {
      name: 'world', nameHash: hashString('world'), tieSalt: this.random.fork('tie world').u32(),
      // An error in the world's own machinery is no node's: the run fails with it.
      crash: (_life, error) => { throw error; },
    };
    this.kernel = new Life(owner, 0);
  }

  /**
   * Queues `fn(arg)` on `life`. Events of one life in one microsecond keep their order; among lives the seed decides.
   * `lane` (of the network: a connection) makes an order of its own.
   */
  schedule<T>(life: Life, atUs: number, fn: (arg: T) => void, arg: T, lane = 0): number {
    const tie = 1 + (finish(life.owner.tieSalt ^ Math.imul(atUs | 0, 0x9e3779b1) ^ lane) >>> (33 - TIE_BITS));
    return this.queue.push(atUs, tie, life, fn as EventFn, arg, this.tracer.cause);
  }

  /** From inside an event of the kernel: the rest of it, and its microtasks, are on `life`'s account. */
  become(life: Life): void {
    current.life = life;
  }

  /** Runs `fn(arg)` on `life` now, or when it is resumed, or never. False: it is dead. */
  deliver<T>(life: Life, fn: (arg: T) => void, arg: T): boolean {
    if (!life.alive) return false;
    if (life.paused) {
      life.held.push({ fn: fn as EventFn, arg, cause: this.tracer.cause });
      return true;
    }
    this.become(life);
    fn(arg);
    return true;
  }

  /** What a paused life held runs before anything else of this microsecond. */
  releaseHeld(life: Life): number {
    const held = life.held;
    life.held = [];
    for (const { fn, arg, cause } of held) this.queue.push(this.nowUs, 0, life, fn, arg, cause);
    return held.length;
  }

  trace(node: LifeOwner, kind: string, args: TraceArgs): number {
    const { tracer } = this;
    if (tracer.keep === undefined) return tracer.trace(this.nowUs, node, kind, args);
    // Whoever keeps events is the host's code: it sees the host's time.
    const life = current.life;
    current.life = undefined;
    try {
      return tracer.trace(this.nowUs, node, kind, args);
    } finally {
      current.life = life;
    }
  }

  find(node: string, kind: Finding['kind'], error: unknown, seq = this.tracer.seq): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.findings.push({ node, kind, message, stack: error instanceof Error ? error.stack ?? message : message, seq });
  }

  /** While the world runs, its things may be touched only from inside an event. */
  refuseOutside(what: string): void {
    if (current.life !== undefined || !this.running) return;
    const error = new UncontrolledError(`${what} was called outside any event: something real (a timer, a file, a socket, a dynamic import) woke this code up`);
    this.find('outside', 'uncontrolled', error);
    throw error;
  }

  /** As `refuseOutside`, and only on the node's own account: a wait that another node ends would survive a kill. */
  refuseStranger(life: Life, what: string): void {
    const acting = current.life;
    if (acting === undefined) return this.refuseOutside(what);
    if (acting.owner === life.owner || !life.alive) return;
    const error = new UncontrolledError(`${what} of ${life.owner.name} was called from ${acting.owner.name}: use node.after(0, ...) to act on another node`);
    this.find(acting.owner.name, 'uncontrolled', error);
    throw error;
  }

  /** True once `done()`; false when nothing is left before `deadlineUs`, which is then the time. */
  run(done: () => boolean, deadlineUs: number): Promise<boolean> {
    if (this.running || this.closed) throw new Error(this.closed ? 'the simulation is closed' : 'the simulation is running already');
    return new Promise<boolean>((resolve, reject) => {
      const { queue, tracer } = this;
      let finished = false;
      let outcome = false;
      let failure: { error: unknown } | undefined;
      const fail = (error: unknown): void => {
        failure ??= { error };
        finished = true;
      };
      const restore = watchErrors({
        fail,
        claim: (error) => {
          const life = current.life;
          if (life === undefined || life.owner === this.kernel.owner) return false;
          this.crash(life, error);
          return true;
        },
      });
      const step = (): void => {
        if (finished) return;
        current.life = undefined;
        try {
          current.refusing = true;
          const enough = done();
          current.refusing = false;
          if (enough || this.closed) {
            outcome = enough;
            finished = true;
            return;
          }
        } catch (error) {
          current.refusing = false;
          return fail(error);
        }
        for (;;) {
          const atUs = queue.nextTimeUs();
          if (atUs > deadlineUs) {
            if (deadlineUs > this.nowUs && deadlineUs !== Infinity) this.nowUs = deadlineUs;
            finished = true;
            return;
          }
          const slot = queue.pop();
          const life = queue.life[slot] as Life;
          const fn = queue.fn[slot] as (arg: unknown) => void;
          const arg = queue.arg[slot];
          const cause = queue.cause[slot] as number;
          queue.release(slot);
          if (!life.alive) continue;
          if (atUs > this.nowUs) this.nowUs = atUs;
          if (life.paused) {
            life.held.push({ fn, arg, cause });
            continue;
          }
          tracer.cause = cause;
          current.life = life;
          try {
            fn(arg);
          } catch (error) {
            const acting = current.life as Life | undefined;
            if (acting === undefined || acting.owner === this.kernel.owner) fail(error);
            else this.crash(acting, error);
          }
          return;
        }
      };
      // The steps of a turn and the closing of it are queued together, so no callback of the host comes between them;
      // the host drains microtasks and ticks after each. What the host runs between turns finds no life, and real time.
      const turn = (): void => {
        current.life = undefined;
        if (!finished) {
          for (let i = 0; i < EVENTS_PER_TURN; i++) callSoon(step);
          callSoon(turn);
          return;
        }
        this.running = false;
        restore();
        if (failure !== undefined) reject(failure.error);
        else resolve(outcome);
      };
      this.running = true;
      callSoon(turn);
    });
  }

  private crash(life: Life, error: unknown): void {
    // A process that has exited is gone: what its last microtasks throw, nobody sees.
    if (!life.alive) return;
    life.owner.crash(life, error);
  }
}
