/** What the runner and the simulator found: work that never ended, crashes, chance out of control, and faults that did nothing. */
import type { JudgeContext } from './context.ts';
import type { Report } from './report.ts';

export function judgeLiveness(context: JudgeContext, report: Report): void {
  const at = context.healedAtSeq ?? 0;
  for (const pending of context.pending ?? []) {
    report.add(pending, { invariant: 'liveness', blame: 'broker', summary: pending, at, evidence: at === 0 ? [] : [at] });
  }
  for (const { node, role, kind, message, seq } of context.findings ?? []) {
    if (kind === 'uncontrolled') {
      report.add(node, { invariant: 'uncontrolled', blame: 'simulator', summary: `${node} reached past the runtime: ${message}`, at: seq, evidence: [seq] });
    } else {
      report.add(node, {
        invariant: role === 'client' ? 'client-crash' : 'crash',
        blame: role === 'client' ? 'client' : role === 'broker' ? 'broker' : 'simulator',
        summary: `${node} crashed: ${message}`,
        at: seq,
        evidence: [seq],
      });
    }
  }
  for (const fault of context.faults ?? []) {
    if (fault.fired && fault.affected > 0) continue;
    // A run that stopped before the storm reports what stopped it, and not every fault that was still to come.
    if (!fault.fired && (context.pending ?? []).length > 0) continue;
    report.add(fault.id, {
      invariant: 'fault-without-effect',
      blame: 'simulator',
      summary: `${fault.description} (${fault.id}) ${fault.fired ? 'touched nothing' : 'never began'}, so this run shows nothing about it`,
      at,
      evidence: at === 0 ? [] : [at],
    });
  }
}
