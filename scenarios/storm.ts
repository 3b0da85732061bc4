/** Faults carried out: each begins and ends as an event of the control node, and says at the end what it touched. */
import { describeFault, type ActiveFault, type Fault, type FaultPlan, faultTypes, type FaultWorld } from '../faults/index.ts';
import type { FaultReport } from '../runtime/index.ts';

export class Storm {
  /** seq of the last fault's end; null before any has ended. */
  healedAtSeq: number | null = null;
  private readonly runs: FaultRun[];

  constructor(private readonly world: FaultWorld, plan: FaultPlan) {
    this.runs = plan.faults.map((fault) => ({ fault, active: undefined, beginUs: -1, endUs: -1 }));
  }

  /** Arms every fault, counted from now. */
  arm(): void {
    const { control } = this.world.sim;
    for (const run of this.runs) {
      control.after(run.fault.atMs * 1000, 'fault.begin', () => this.begin(run));
      control.after((run.fault.atMs + run.fault.durationMs) * 1000, 'fault.end', () => this.end(run));
    }
  }

  get over(): boolean {
    return this.runs.every((run) => run.endUs >= 0);
  }

  reports(): FaultReport[] {
    return this.runs.map(({ fault, active, beginUs, endUs }) => ({
      id: fault.id, kind: fault.kind, description: describeFault(fault), beginUs, endUs, fired: active !== undefined, affected: active?.affected() ?? 0,
    }));
  }

  private begin(run: FaultRun): void {
    const { sim } = this.world;
    run.beginUs = sim.nowUs;
    sim.control.runtime.tracer.trace('fault.begin', { id: run.fault.id, kind: run.fault.kind, what: describeFault(run.fault), target: run.fault.target });
    run.active = faultTypes[run.fault.kind].begin(this.world, run.fault);
  }

  private end(run: FaultRun): void {
    const { sim } = this.world;
    run.active?.end();
    run.endUs = sim.nowUs;
    this.healedAtSeq = sim.control.runtime.tracer.trace('fault.end', { id: run.fault.id, affected: run.active?.affected() ?? 0 });
  }
}

interface FaultRun {
  readonly fault: Fault;
  active: ActiveFault | undefined;
  beginUs: number;
  endUs: number;
}
