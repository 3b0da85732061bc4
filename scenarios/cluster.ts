/**
 * The machines of a run: brokers and clients as nodes of the simulated world, each with a supervisor that starts it again
 * when it exits by itself. A fault that holds a node down is not interfered with: it ends what it began.
 */
import { type Broker, startBroker } from '../broker/index.ts';
import { NetworkError, type NodeRole, type Runtime, StoreError } from '../runtime/index.ts';
import type { Sim } from '../sim/index.ts';
import { type BrokerSettings, brokerConfig, drawSettings } from './settings.ts';
import type { WhiteBox } from './white-box.ts';

export class Cluster {
  readonly brokers: readonly string[];
  /** `host:port` of each broker. */
  readonly bootstrap: readonly string[];
  readonly settings: BrokerSettings;
  /** Ended for good by a fault. */
  private readonly lost = new Set<string>();
  private readonly ready = new Set<string>();
  private readonly running = new Map<string, Broker>();

  constructor(private readonly sim: Sim, brokers: number, private readonly whiteBox: WhiteBox) {
    this.brokers = Array.from({ length: brokers }, (_, index) => `b${index + 1}`);
    this.bootstrap = this.brokers.map((name) => `${name}:${PORT}`);
    this.settings = drawSettings(sim.random.fork('settings'));
    for (const [index, name] of this.brokers.entries()) this.add(name, 'broker', (rt) => this.runBroker(rt, index + 1));
  }

  /** Brokers whose present incarnation has come up. */
  get up(): number {
    return this.ready.size;
  }

  /** A node that is started again after it exits by itself. */
  add(name: string, role: NodeRole, main: (rt: Runtime) => Promise<void>): void {
    this.sim.addNode({ name, role, main, onExit: () => this.superviseExit(name) });
  }

  /** As an event of the control node: starts what is down and not lost. */
  restart(name: string): void {
    const node = this.sim.node(name);
    if (node.state === 'down' && !this.lost.has(name)) node.start();
  }

  /** SIGTERM to a broker: it closes as `wavetank broker` does, then its process ends. One that does not serve yet just ends. */
  terminate(name: string): void {
    const node = this.sim.node(name);
    node.after(0, 'SIGTERM', () => {
      const { runtime } = node;
      runtime.tracer.trace('node.sigterm', {});
      const closed = this.ready.has(name) ? this.running.get(name)?.close() : undefined;
      void Promise.resolve(closed).then(() => runtime.exit('closed'));
    });
  }

  /** Kills a node, and nobody starts it again. */
  lose(name: string, reason: string): number {
    this.lost.add(name);
    return this.sim.node(name).kill(reason);
  }

  /** Those of `names` that are not lost. */
  present(names: readonly string[]): readonly string[] {
    return names.filter((name) => !this.lost.has(name));
  }

  private async runBroker(rt: Runtime, brokerId: number): Promise<void> {
    this.ready.delete(rt.node);
    try {
      this.running.set(rt.node, await startBroker(this.whiteBox.listenTo(rt), brokerConfig(brokerId, { host: rt.node, port: PORT }, this.settings)));
    } catch (error) {
      // The store or the address is not there: a broker process says so and ends. Anything else is a bug, and crashes.
      if (!(error instanceof StoreError || error instanceof NetworkError)) throw error;
      rt.exit(error.message);
      return;
    }
    this.ready.add(rt.node);
  }

  private superviseExit(name: string): void {
    this.ready.delete(name);
    const { incarnation } = this.sim.node(name);
    this.sim.control.after(RESTART_DELAY_US, 'supervisor', () => {
      if (this.sim.node(name).incarnation === incarnation) this.restart(name);
    });
  }
}

const PORT = 9092;
const RESTART_DELAY_US = 1_000_000;
