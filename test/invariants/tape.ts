/** Histories written by hand, a line an event, and a small correct run to break in one place. */
import type { HistoryEvent, ProducerMode, TraceArgs, TraceEvent, ValueId, Violation } from '../../runtime/index.ts';
import { judge } from '../../scenarios/invariants/index.ts';
import type { JudgeContext } from '../../scenarios/invariants/index.ts';

export const plain: ProducerMode = { idempotent: false, maxInFlight: 1 };
export const idempotent: ProducerMode = { idempotent: true, maxInFlight: 1 };
export const pipelined: ProducerMode = { idempotent: true, maxInFlight: 5 };
export const group = 'audit';

export class Tape {
  readonly history: HistoryEvent[] = [];
  readonly whiteBox: TraceEvent[] = [];
  private seq = 0;
  private op = 0;

  send(process: string, tp: string, values: readonly ValueId[], producer: ProducerMode = plain): number {
    return this.add(process, { kind: 'op.send', op: (this.op += 1), tp, key: null, values, producer }).op;
  }
  ok(process: string, op: number, baseOffset: number): void {
    this.add(process, { kind: 'op.send.ok', op, baseOffset });
  }
  fail(process: string, op: number): void {
    this.add(process, { kind: 'op.send.fail', op, error: 'MESSAGE_TOO_LARGE' });
  }
  unknown(process: string, op: number): void {
    this.add(process, { kind: 'op.send.unknown', op, error: 'TIMED_OUT' });
  }
  sent(process: string, tp: string, values: readonly ValueId[], baseOffset: number, producer: ProducerMode = plain): void {
    this.ok(process, this.send(process, tp, values, producer), baseOffset);
  }
  assign(process: string, generation: number, tps: readonly string[]): void {
    this.add(process, { kind: 'op.assign', group, member: `${process}-id`, generation, tps });
  }
  revoke(process: string, generation: number): void {
    this.add(process, { kind: 'op.revoke', group, member: `${process}-id`, generation });
  }
  poll(process: string, generation: number, tp: string, from: number, values: readonly ValueId[], highWatermark = from + values.length): void {
    this.add(process, { kind: 'op.poll', group, generation, tp, highWatermark, records: values.map((value, index) => ({ offset: from + index, value, intact: true })) });
  }
  process(process: string, tp: string, offset: number, value: ValueId): void {
    this.add(process, { kind: 'op.process', tp, offset, value });
  }
  work(process: string, generation: number, tp: string, from: number, values: readonly ValueId[]): void {
    this.poll(process, generation, tp, from, values);
    values.forEach((value, index) => this.process(process, tp, from + index, value));
  }
  commit(process: string, generation: number, tp: string, offset: number, commitId = `${process}/${offset}`): number {
    return this.add(process, { kind: 'op.commit', op: (this.op += 1), group, member: `${process}-id`, generation, tp, offset, commitId }).op;
  }
  commitOk(process: string, op: number): void {
    this.add(process, { kind: 'op.commit.ok', op });
  }
  committed(process: string, generation: number, tp: string, offset: number): void {
    this.commitOk(process, this.commit(process, generation, tp, offset));
  }
  fetched(tp: string, offset: number, commitId: string | null): void {
    const { op } = this.add('observer', { kind: 'op.fetch-committed', op: (this.op += 1), group, tp, broker: null });
    this.add('observer', { kind: 'op.fetch-committed.ok', op, offset, commitId });
  }
  listed(tp: string, start: number, end: number): void {
    const { op } = this.add('observer', { kind: 'op.list-offsets', op: (this.op += 1), tp, broker: null });
    this.add('observer', { kind: 'op.list-offsets.ok', op, start, end });
  }
  outOfRange(tp: string, offset: number): void {
    const { op } = this.add('observer', { kind: 'op.fetch', op: (this.op += 1), tp, offset, broker: 'b1' });
    this.add('observer', { kind: 'op.fetch.out-of-range', op });
  }
  producerId(process: string, producerId: number): void {
    const { op } = this.add(process, { kind: 'op.init-producer', op: (this.op += 1), broker: 'b1' });
    this.add(process, { kind: 'op.init-producer.ok', op, producerId });
  }
  drain(tp: string, values: readonly ValueId[], start = 0): void {
    if (values.length > 0) this.finalPoll(tp, start, values);
    this.add('final', { kind: 'op.drained', tp, start, end: start + values.length });
  }
  finalPoll(tp: string, from: number, values: readonly ValueId[]): void {
    this.add('final', { kind: 'op.poll', group: null, generation: -1, tp, highWatermark: from + values.length, records: values.map((value, index) => ({ offset: from + index, value, intact: true })) });
  }
  add<E extends object>(process: string, event: E): E {
    this.history.push({ seq: (this.seq += 1), atUs: this.seq, process, ...event } as unknown as HistoryEvent);
    return event;
  }
  trace(node: string, kind: string, args: TraceArgs): void {
    this.whiteBox.push({ seq: (this.seq += 1), t: this.seq, node, kind, cause: 0, args });
  }

  judge(context: Partial<JudgeContext> = {}): Violation[] {
    return judge(this.history, this.whiteBox, { groups: [group], ...context });
  }
  /** What the judge says, as `invariant by blame`. */
  verdicts(context: Partial<JudgeContext> = {}): string[] {
    return this.judge(context).map(({ invariant, blame }) => `${invariant} by ${blame}`);
  }
}
