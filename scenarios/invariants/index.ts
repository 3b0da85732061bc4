/** The judge: every family of invariants over one history. */
import type { HistoryEvent, TraceEvent, Violation } from '../../runtime/index.ts';
import { judgeApplication } from './application.ts';
import type { JudgeContext } from './context.ts';
import { judgeGroups } from './groups.ts';
import { judgeLiveness } from './liveness.ts';
import { judgeOrder } from './order.ts';
import { judgePolls } from './polls.ts';
import { Report } from './report.ts';
import { judgeProducerIds } from './producer-ids.ts';
import { judgeSends } from './sends.ts';
import { judgeRecoveries, judgeStorage } from './storage.ts';
import { viewOf } from './view.ts';
import { judgeWatermarks } from './watermark.ts';

/** `whiteBox`: `partition.*` and `group.*` events, in order. Violations come in the order in which they became true. */
export function judge(history: readonly HistoryEvent[], whiteBox: readonly TraceEvent[], context: JudgeContext): Violation[] {
  const view = viewOf(history);
  const report = new Report();
  judgeSends(view, report);
  judgeProducerIds(view, report);
  judgeOrder(view, report);
  judgePolls(view, report);
  judgeWatermarks(view, whiteBox, report);
  judgeGroups(view, whiteBox, report);
  judgeApplication(view, context.groups, report);
  judgeRecoveries(whiteBox, report);
  if (context.store !== undefined) judgeStorage(view, context.store, report);
  judgeLiveness(context, report);
  return report.violations();
}

export { invariants } from './catalogue.ts';
export type { Invariant, InvariantName } from './catalogue.ts';
export type { JudgeContext, JudgeFinding } from './context.ts';
