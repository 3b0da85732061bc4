/**
 * A machine with one process on it: a broker, a client, the store, the controller of faults. The machine has a name, a clock
 * and a disk that outlive the process; everything else belongs to the process's current life.
 */
import type { NodeRole, Runtime, Timer, Tracer, TraceArgs } from '../runtime/index.ts';
import { LifeClock, NodeClock } from './clock.ts';
import { Life } from './life.ts';
import type { LifeOwner } from './life.ts';
import type { SimNetwork } from './network.ts';
import { LifeNetwork } from './node-network.ts';
import type { SimStore } from './store.ts';
import { LifeStore } from './node-store.ts';
import { SimTimer } from './timer.ts';
import { hashString } from './tracer.ts';
import { UncontrolledError } from './uncontrolled.ts';
import { TimerIds } from './virtual-timeout.ts';
import { SimVolume } from './volume.ts';
import type { World } from './world.ts';

export interface NodeOptions {
  /** Also its host name. */
  readonly name: string;
  readonly role: NodeRole;
  /** Runs on every start, on the node. */
  readonly main: (rt: Runtime) => void | Promise<void>;
  /** The process ended by itself: it called `exit`, or crashed. Runs on the control node. */
  readonly onExit?: (reason: string) => void;
}

export interface NodeWorld {
  readonly world: World;
  readonly network: SimNetwork;
  readonly store: SimStore;
  /** Runs `fn` on the control node. */
  tellDriver(fn: () => void): void;
}

/** How far apart the wall clocks of healthy machines are at most, either way. */
const SKEW_US_MAX = 20_000;

export class SimNode implements LifeOwner {
  readonly name: string;
  readonly role: NodeRole;
  readonly nameHash: number;
  readonly tieSalt: number;
  readonly clock: NodeClock;
  readonly volume: SimVolume;
  state: 'down' | 'up' | 'paused' = 'down';
  incarnation = 0;
  /** Of the current life; of the last one when the node is down. */
  runtime: Runtime;
  /** The current one; the last one when the node is down. */
  life: Life;

  constructor(private readonly around: NodeWorld, private readonly options: NodeOptions) {
    const { world } = around;
    this.name = options.name;
    this.role = options.role;
    this.nameHash = hashString(options.name);
    this.tieSalt = world.random.fork(`tie ${options.name}`).u32();
    const skew = options.role === 'control' ? 0 : world.random.fork(`skew ${options.name}`).int(-SKEW_US_MAX, SKEW_US_MAX);
    this.clock = new NodeClock(world, skew);
    this.life = new Life(this, 0);
    this.life.alive = false;
    this.volume = new SimVolume(world, this.name, () => this.life);
    this.runtime = this.makeRuntime(this.life);
  }

  start(): void {
    const { world } = this.around;
    world.refuseOutside(`start() of ${this.name}`);
    this.boot();
    const { life, runtime } = this;
    world.schedule(life, world.nowUs, () => {
      world.trace(this, 'node.start', { incarnation: life.incarnation });
      life.begun = true;
      // A rejection stays unhandled on purpose: the world turns it into this node's crash.
      void this.options.main(runtime);
    }, undefined);
  }

  /** Runs, or is held while it runs. A process that was started at this very instant does not yet. */
  get running(): boolean {
    return this.state !== 'down' && this.life.begun;
  }

  /** Up, without running anything. */
  boot(): void {
    if (this.state !== 'down') throw new Error(`${this.name} is ${this.state} already`);
    this.state = 'up';
    this.life = new Life(this, ++this.incarnation);
    this.runtime = this.makeRuntime(this.life);
    this.around.network.hostUp(this.name);
  }

  /** SIGKILL. The disk keeps what the process wrote; peers see FIN or RST. Returns how many timers, sockets and requests were dropped. */
  kill(reason: string): number {
    return this.end('node.kill', reason, 'process');
  }

  /** The plug is pulled: no FIN, peers are left half-open, and the disk keeps only what was synced (and some of the rest, whole or torn). */
  powerLoss(reason: string): number {
    return this.end('node.kill', reason, 'machine');
  }

  pause(): void {
    if (this.state !== 'up') return;
    this.state = 'paused';
    this.life.paused = true;
    this.around.world.trace(this, 'node.pause', {});
  }

  /** Returns how many events were held; they run now, in their order. */
  resume(): number {
    if (this.state !== 'paused') return 0;
    this.state = 'up';
    this.life.paused = false;
    const held = this.life.held.length;
    this.around.world.trace(this, 'node.resume', { held });
    return this.around.world.releaseHeld(this.life);
  }

  jumpClock(ms: number): void {
    this.clock.jump(ms);
    this.around.world.trace(this, 'clock.jump', { ms });
  }

  /** The node's oscillator runs `ppm` parts per million fast from now on. */
  driftClock(ppm: number): void {
    this.clock.drift(ppm);
    this.around.world.trace(this, 'clock.drift', { ppm });
  }

  /** An event on this node's current life. `kind` is for whoever reads the code. The world's own time: drift does not bend it. */
  after(delayUs: number, _kind: string, fn: () => void): Timer {
    this.around.world.refuseOutside(`after() of ${this.name}`);
    return new SimTimer(this.around.world, this.life).arm(delayUs, fn);
  }

  /** An error nobody caught. */
  crash(life: Life, error: unknown): void {
    const { world } = this.around;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const seq = world.trace(this, 'node.crash', { message });
    if (!(error instanceof UncontrolledError)) world.find(this.name, 'crash', error, seq);
    if (life !== this.life) return;
    this.drop('process');
    if (this.options.onExit !== undefined) this.tell(`crash: ${message}`);
  }

  private exit(life: Life, reason: string): void {
    if (!life.alive) return;
    this.around.world.trace(this, 'node.exit', { reason });
    this.drop('process');
    this.tell(reason);
  }

  private tell(reason: string): void {
    const { onExit } = this.options;
    if (onExit !== undefined) this.around.tellDriver(() => { onExit(reason); });
  }

  private end(kind: string, reason: string, what: 'process' | 'machine'): number {
    if (this.state === 'down') {
      // The process is gone already, but the plug can still be pulled.
      if (what === 'machine') this.around.network.hostDown(this.name, this.life, what);
      if (what === 'machine') this.volume.powerLoss();
      return 0;
    }
    const { life } = this;
    const dropped = life.timers + life.requests + this.around.network.socketsOf(life);
    this.around.world.trace(this, kind, what === 'machine' ? { reason, dropped, power: true } : { reason, dropped });
    this.drop(what);
    return dropped;
  }

  private drop(what: 'process' | 'machine'): void {
    const { life } = this;
    life.alive = false;
    life.held = [];
    this.state = 'down';
    this.around.network.hostDown(this.name, life, what);
    if (what === 'machine') this.volume.powerLoss();
  }

  private makeRuntime(life: Life): Runtime {
    const { world, network, store } = this.around;
    const random = world.random.fork(`node ${this.name}#${life.incarnation}`);
    const tracer: Tracer = {
      keeping: world.tracer.keep !== undefined,
      trace: (kind: string, args: TraceArgs): number => {
        world.refuseOutside('tracer.trace');
        return life.alive ? world.trace(this, kind, args) : world.tracer.seq;
      },
    };
    const chance = random.fork('globals');
    life.globals = {
      wallMs: () => this.clock.wallMs(),
      monotonicUs: () => this.clock.monotonicUs(),
      float: () => chance.float(),
      bytes: (sizeBytes) => chance.bytes(sizeBytes),
      newTimer: () => new ClockTimer(world, life, this.clock),
      timerIds: new TimerIds(),
      uncontrolled: (error) => { world.find(this.name, 'uncontrolled', error); },
    };
    return {
      node: this.name,
      clock: new LifeClock(world, life, this.clock),
      random,
      network: new LifeNetwork(world, this.role === 'control' ? undefined : network, life),
      objects: new LifeStore(world, store, life),
      tracer,
      exit: (reason) => { this.exit(life, reason); },
    };
  }
}

/** A timer by the node's own clock, as its libraries know it. */
class ClockTimer extends SimTimer {
  constructor(world: World, life: Life, private readonly clock: NodeClock) {
    super(world, life);
  }

  armMs(delayMs: number, fn: () => void): void {
    this.arm(Math.max(1, this.clock.worldUs(delayMs * 1000)), fn);
  }

  armUs(delayUs: number, fn: () => void): void {
    this.arm(delayUs, fn);
  }
}
