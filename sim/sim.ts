/**
 * Start here. A simulated world made from a seed: nodes on a queue of events in virtual time, a network between them, an object store,
 * a trace. The whole main path: `new Sim` -> `addNode` -> `start` -> `runUntil`, which is the only place where anything happens.
 */
import type { Lane, TraceEvent } from '../runtime/index.ts';
import type { Finding } from './finding.ts';
import type { Life } from './life.ts';
import { SimNetwork } from './network.ts';
import { SimNode } from './node.ts';
import type { NodeOptions, NodeWorld } from './node.ts';
import type { SimRandom } from './random.ts';
import { SimStore, STORE_NODE } from './store.ts';
import { World } from './world.ts';

export interface SimOptions {
  readonly seed: number;
  /** Gets every event of the trace; without it only the hash is made. */
  readonly keep?: (event: TraceEvent) => void;
}

export class Sim {
  readonly network: SimNetwork;
  readonly store: SimStore;
  /** Where faults and the driver run. Always up; has no network. */
  readonly control: SimNode;
  readonly world: World;
  private readonly nodes = new Map<string, SimNode>();
  private readonly around: NodeWorld;

  constructor({ seed, keep }: SimOptions) {
    const world = new World(seed, keep);
    this.world = world;
    this.network = new SimNetwork(world);
    const s3 = (): Life => this.node(STORE_NODE).life;
    this.store = new SimStore(world, this.network, s3);
    this.around = { world, network: this.network, store: this.store, tellDriver: (fn) => { this.control.after(0, 'tell', fn); } };
    this.control = this.install({ name: 'control', role: 'control', main: () => {} });
    this.install({ name: STORE_NODE, role: 'store', main: () => {} });
  }

  get nowUs(): number {
    return this.world.nowUs;
  }

  /** Events traced so far. */
  get events(): number {
    return this.world.tracer.seq;
  }

  get random(): SimRandom {
    return this.world.random;
  }

  get findings(): Finding[] {
    return this.world.findings;
  }

  /** How often each kind of event was traced. */
  get counters(): Record<string, number> {
    return this.world.tracer.counts();
  }

  /** Hashes after every `CHECKPOINT_EVENTS` trace events: where two runs first differ lies before the first that differs. */
  get checkpoints(): readonly string[] {
    return this.world.tracer.checkpoints;
  }

  get lanes(): Lane[] {
    const order = ['control', 'client', 'broker', 'store'];
    return [...this.nodes.values()]
      .map((node) => ({ node: node.name, role: node.role }))
      .sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
  }

  hash(): string {
    return this.world.tracer.hash();
  }

  /** The node is down until `start`. */
  addNode(options: NodeOptions): SimNode {
    this.world.refuseOutside('addNode');
    if (this.nodes.has(options.name)) throw new Error(`there is a node ${options.name} already`);
    const node = new SimNode(this.around, options);
    this.nodes.set(options.name, node);
    this.network.host(options.name);
    return node;
  }

  node(name: string): SimNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  /** Runs events until `done()` holds (true) or nothing is left to happen before `deadlineUs` (false; it is then that late). */
  runUntil(done: () => boolean, deadlineUs: number): Promise<boolean> {
    return this.world.run(done, deadlineUs);
  }

  /** Nothing runs any more. */
  close(): void {
    this.world.closed = true;
  }

  private install(options: NodeOptions): SimNode {
    const node = this.addNode(options);
    node.boot();
    return node;
  }
}
