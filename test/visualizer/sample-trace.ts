/**
 * A trace as a run would write it, without running anything: three brokers, S3, two producers, three
 * consumers and the controller of faults, under a partition, slow S3, a kill and a restart. With `violated`,
 * b1 acknowledges one write before its WAL put is durable and is killed: the write is lost.
 */
import type { Lane, TraceArgs, TraceEvent, TraceFooter, TraceHeader, TraceValue } from '../../runtime/trace.ts';

export interface SampleOptions {
  /** Roughly how many events. */
  readonly events: number;
  readonly violated: boolean;
}

export function sampleTrace(options: SampleOptions): string {
  const { header, events, footer } = new Sample(options).run();
  return `${[header, ...events, footer].map((line) => JSON.stringify(line)).join('\n')}\n`;
}

type ArgValue = TraceValue | Draft;
type Lost = Record<'send' | 'put' | 'ack' | 'told' | 'kill' | 'open', Draft>;
interface Draft {
  t: number;
  node: string;
  kind: string;
  cause: Draft | null;
  args: Record<string, ArgValue>;
  seq: number;
}

const lanes: readonly Lane[] = [
  ...['p1', 'p2'].map((node) => ({ node, role: 'client' as const })),
  ...['b1', 'b2', 'b3'].map((node) => ({ node, role: 'broker' as const })),
  { node: 's3', role: 'store' },
  ...['c1', 'c2', 'c3'].map((node) => ({ node, role: 'client' as const })),
  { node: 'control', role: 'control' },
];

/** Microseconds. */
const runUs = 24_000_000;
const killUs = 11_240_000;
const restartUs = 15_240_000;
const faults = [
  { id: 'f1', kind: 'partition', what: 'b2 cut off from b3 for 3.0 s', target: ['b2', 'b3'], begin: 5_000_000, end: 8_000_000, affected: 37 },
  { id: 'f2', kind: 's3-slow', what: 'S3 answers b1 in 400 to 900 ms for 2.6 s', target: ['b1', 's3'], begin: 9_400_000, end: 12_000_000, affected: 21 },
  { id: 'f3', kind: 'broker-kill', what: 'kill -9 of b1 for 4.0 s', target: ['b1'], begin: killUs, end: restartUs, affected: 14 },
  { id: 'f4', kind: 'clock-jump', what: 'clock of c2 jumps 45 s ahead', target: ['c2'], begin: 17_000_000, end: 18_500_000, affected: 6 },
] as const;

class Sample {
  readonly #options: SampleOptions;
  readonly #drafts: Draft[] = [];
  readonly #ends = [0, 0, 0, 0];
  #state = 7;
  #operation = 0;
  #correlation = 0;

  constructor(options: SampleOptions) {
    this.#options = options;
  }

  run(): { header: TraceHeader; events: TraceEvent[]; footer: TraceFooter } {
    for (const lane of lanes) if (lane.role === 'client' || lane.role === 'broker') this.#emit(0, lane.node, 'node.start', null, { incarnation: 1 });
    const opened = [0, 1, 2, 3].map((partition) => this.#emit(300_000 + partition * 900, leaderAt(partition, 0), 'partition.open', null, { tp: `payments-${partition}`, epoch: 1, end: 0 }));
    this.#emit(250_000, 'b2', 'controller.elected', null, { epoch: 1 });
    this.#faults();
    const lost = this.#options.violated ? this.#lostWrite() : null;
    this.#groups(opened[0]!);
    const each = 12.2;
    const rounds = Math.max(4, Math.floor((this.#options.events - 120) / (each * 2)));
    for (let round = 0; round < rounds; round++) {
      const at = 1_000_000 + Math.floor((round / rounds) * 20_000_000);
      this.#produce(at + this.#below(9000), round);
      this.#consume(at + 6000 + this.#below(30_000), round);
    }
    const end = this.#drain(lost);
    return this.#finish(lost, end);
  }

  #produce(at: number, round: number): void {
    const producer = round % 2 === 0 ? 'p1' : 'p2';
    const partition = this.#below(4);
    const broker = leaderAt(partition, at);
    if (this.#isDown(broker, at)) return void this.#emit(at, producer, 'net.refused', null, { conn: 9, to: broker });
    const op = ++this.#operation;
    const value = `v-${op}`;
    const send = this.#emit(at, producer, 'op.send', null, { op, process: producer, tp: `payments-${partition}`, key: null, values: [value], producer: { idempotent: true, maxInFlight: 1 } });
    const request = this.#request(send, producer, broker, 'Produce', 9);
    if (!request) return void this.#emit(at + 3_000_000, producer, 'op.send.unknown', send, { op, process: producer, error: 'timed out' });
    const wal = this.#emit(request.t, broker, 'wal.put', request.cause, { slot: op, records: 1, bytes: 312 });
    const put = this.#emit(request.t + 10, broker, 's3.put', wal, { op, key: `wal/${broker}/${op}`, bytes: 312 });
    const us = this.#storeDelay(broker, put.t);
    if (this.#isDown(broker, put.t + us)) return void this.#emit(at + 3_000_000, producer, 'op.send.unknown', send, { op, process: producer, error: 'connection closed' });
    const done = this.#emit(put.t + us, broker, 's3.done', put, { op, outcome: 'stored', us });
    this.#emit(done.t, broker, 'wal.acked', done, { slot: op });
    const base = this.#ends[partition]!++;
    this.#emit(done.t, broker, 'partition.append', done, { tp: `payments-${partition}`, base, count: 1, epoch: 1 });
    this.#emit(done.t, broker, 'partition.hw', done, { tp: `payments-${partition}`, epoch: 1, hw: base + 1 });
    const told = this.#reply(request, done, broker, producer, 'Produce');
    this.#emit(told.t, producer, 'op.send.ok', told, { op, process: producer, baseOffset: base });
  }

  #consume(at: number, round: number): void {
    const consumer = ['c1', 'c2', 'c3'][round % 3]!;
    const partition = this.#below(4);
    const broker = leaderAt(partition, at);
    if (this.#isDown(broker, at)) return void this.#emit(at, consumer, 'net.refused', null, { conn: 12, to: broker });
    const start = this.#emit(at, consumer, 'timer', null, {});
    const request = this.#request(start, consumer, broker, 'Fetch', 12);
    if (!request) return;
    const told = this.#reply(request, request.cause!, broker, consumer, 'Fetch');
    const offset = Math.max(0, this.#ends[partition]! - 1);
    const poll = this.#emit(told.t, consumer, 'op.poll', told, { process: consumer, group: 'ledger', generation: 3, tp: `payments-${partition}`, highWatermark: offset + 1, records: [{ offset, value: `v-${this.#operation}`, intact: true }] });
    this.#emit(told.t + 400, consumer, 'op.process', poll, { process: consumer, tp: `payments-${partition}`, offset, value: `v-${this.#operation}` });
    if (round % 3 !== 0) return;
    const op = ++this.#operation;
    const commit = this.#emit(told.t + 500, consumer, 'op.commit', poll, { op, process: consumer, group: 'ledger', member: consumer, generation: 3, tp: `payments-${partition}`, offset: offset + 1, commitId: `k${op}` });
    const asked = this.#request(commit, consumer, 'b3', 'OffsetCommit', 8);
    if (!asked) return;
    this.#emit(asked.t, 'b3', 'group.commit', asked.cause, { group: 'ledger', generation: 3, member: consumer, tp: `payments-${partition}`, offset: offset + 1 });
    const answered = this.#reply(asked, asked.cause!, 'b3', consumer, 'OffsetCommit');
    this.#emit(answered.t, consumer, 'op.commit.ok', answered, { op, process: consumer });
  }

  /** A bug made to order: the answer leaves before the WAL put is durable, and the kill takes the put with it. */
  #lostWrite(): Lost {
    const op = 100_000;
    const send = this.#emit(11_020_000, 'p1', 'op.send', null, { op, process: 'p1', tp: 'payments-0', key: null, values: ['v-812'], producer: { idempotent: true, maxInFlight: 1 } });
    const request = this.#request(send, 'p1', 'b1', 'Produce', 9, 2200)!;
    const put = this.#emit(request.t + 20, 'b1', 's3.put', request.cause, { op, key: 'wal/b1/812', bytes: 312 });
    const ack = this.#emit(request.t + 30, 'b1', 'partition.append', request.cause, { tp: 'payments-0', base: 412, count: 1, epoch: 1 });
    const told = this.#reply(request, ack, 'b1', 'p1', 'Produce');
    const ok = this.#emit(told.t, 'p1', 'op.send.ok', told, { op, process: 'p1', baseOffset: 412 });
    const kill = this.#drafts.find((draft) => draft.kind === 'node.kill')!;
    const open = this.#drafts.find((draft) => draft.kind === 'partition.open' && draft.node === 'b3' && draft.t > killUs)!;
    return { send, put, ack, told: ok, kill, open };
  }

  #faults(): void {
    for (const fault of faults) {
      const begin = this.#emit(fault.begin, 'control', 'fault.begin', null, { id: fault.id, kind: fault.kind, what: fault.what });
      const end = this.#emit(fault.end, 'control', 'fault.end', begin, { id: fault.id, affected: fault.affected });
      if (fault.id !== 'f3') continue;
      this.#emit(fault.begin, 'b1', 'node.kill', begin, { reason: 'kill -9', dropped: 14 });
      this.#emit(fault.end, 'b1', 'node.start', end, { incarnation: 2 });
      const seen = this.#emit(fault.begin + 2_000_000, 'b3', 'meta.append', null, { at: 41, commands: 'fence b1' });
      this.#emit(seen.t + 40_000, 'b3', 'partition.open', seen, { tp: 'payments-0', epoch: 2, end: 412 });
    }
  }

  #groups(cause: Draft): void {
    for (const [at, generation] of [[800_000, 1], [900_000, 2], [17_600_000, 3]] as const) {
      const state = this.#emit(at, 'b3', 'group.state', cause, { group: 'ledger', state: 'PreparingRebalance', generation, members: 3 });
      for (const member of ['c1', 'c2', 'c3']) this.#emit(at + 20_000, member, 'op.assign', state, { process: member, group: 'ledger', member, generation, tps: ['payments-0'] });
    }
  }

  #drain(lost: { send: Draft } | null): Draft {
    let last: Draft = this.#emit(22_500_000, 'c1', 'timer', null, {});
    for (let partition = 0; partition < 4; partition++) {
      const request = this.#request(last, 'c1', leaderAt(partition, 22_000_000), 'Fetch', 12)!;
      const told = this.#reply(request, request.cause!, leaderAt(partition, 22_000_000), 'c1', 'Fetch');
      last = this.#emit(told.t + 10, 'c1', 'op.drained', told, { process: 'final', tp: `payments-${partition}`, start: 0, end: partition === 0 && lost ? 412 : this.#ends[partition]! });
      if (partition === 0 && lost) this.#lastRead = last;
    }
    return last;
  }
  #lastRead: Draft | null = null;

  #request(cause: Draft, client: string, broker: string, api: string, version: number, latency = 300 + this.#below(900)): Draft | null {
    const conn = client.charCodeAt(1) * 10 + broker.charCodeAt(1);
    const send = this.#emit(cause.t + 5, client, 'net.send', cause, { conn, to: broker, bytes: 412, crc: this.#below(1e9) });
    if (this.#isDown(broker, send.t + latency)) {
      this.#emit(send.t + latency, client, 'net.drop', send, { conn, to: broker, bytes: 412, sent: send, why: 'peer is down' });
      return null;
    }
    const deliver = this.#emit(send.t + latency, broker, 'net.deliver', send, { conn, from: client, bytes: 412, sent: send });
    if (this.#below(60) === 0) this.#emit(deliver.t + 900, broker, 'net.deliver', send, { conn, from: client, bytes: 412, sent: send });
    return this.#emit(deliver.t, broker, 'broker.request', deliver, { api, version, correlation: ++this.#correlation, client });
  }

  #reply(request: Draft, cause: Draft, broker: string, client: string, api: string): Draft {
    const conn = client.charCodeAt(1) * 10 + broker.charCodeAt(1);
    this.#emit(cause.t + 40, broker, 'broker.reply', cause, { api, correlation: request.args['correlation'] as number, error: 'NONE', us: cause.t + 40 - request.t });
    const send = this.#emit(cause.t + 40, broker, 'net.send', cause, { conn, to: client, bytes: 96, crc: this.#below(1e9) });
    return this.#emit(send.t + 300 + this.#below(900), client, 'net.deliver', send, { conn, from: broker, bytes: 96, sent: send });
  }

  #storeDelay(broker: string, at: number): number {
    return broker === 'b1' && at > 9_400_000 && at < 12_000_000 ? 400_000 + this.#below(500_000) : 9000 + this.#below(30_000);
  }

  #isDown(broker: string, at: number): boolean {
    return broker === 'b1' && at >= killUs && at < restartUs;
  }

  #emit(t: number, node: string, kind: string, cause: Draft | null, args: Record<string, ArgValue>): Draft {
    const draft: Draft = { t, node, kind, cause, args, seq: 0 };
    this.#drafts.push(draft);
    return draft;
  }

  /** A small generator of its own: the sample must not change when a library does. */
  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 4294967296) * limit);
  }

  #finish(lost: Lost | null, end: Draft): { header: TraceHeader; events: TraceEvent[]; footer: TraceFooter } {
    const ordered = this.#drafts.map((draft, order) => ({ draft, order })).filter(({ draft }) => draft.t <= runUs).sort((a, b) => a.draft.t - b.draft.t || a.order - b.order);
    ordered.forEach(({ draft }, at) => (draft.seq = at + 1));
    const events = ordered.map(({ draft }): TraceEvent => ({ seq: draft.seq, t: draft.t, node: draft.node, kind: draft.kind, cause: draft.cause?.seq ?? 0, args: flatten(draft.args) }));
    const at = (this.#lastRead ?? end).seq;
    return {
      header: { type: 'header', format: 1, wavetank: '0.1.0', commit: 'sample', node: 'v20.20.0', scenario: 'broker-loss', seed: 4711, config: { brokers: 3, partitions: 4, clients: 'lean' }, plan: { version: 1, faults: faults.map((fault) => ({ id: fault.id, kind: fault.kind, atMs: fault.begin / 1000, durationMs: (fault.end - fault.begin) / 1000, target: [...fault.target], params: {} })) }, lanes },
      events,
      footer: {
        type: 'footer',
        verdict: lost ? 'violated' : 'held',
        violations: lost ? [{
          invariant: 'lost-write', blame: 'broker', at,
          summary: 'p1 was told that v-812 is written at offset 412 of payments-0, and after everything healed nobody can read it.',
          evidence: [lost.send.seq, lost.put.seq, lost.told.seq, lost.kill.seq, lost.open.seq, at],
          steps: [
            { from: lost.send.seq, to: lost.told.seq, because: 'p1 sent v-812 to b1 and was told: written at offset 412.' },
            { from: lost.put.seq, to: lost.told.seq, because: 'The answer left while the WAL put was still on its way to S3, so the write was on no disk but b1\u2019s memory.' },
            { from: lost.told.seq, to: lost.kill.seq, because: 'b1 was killed 216 ms later; the put was never applied.' },
            { from: lost.kill.seq, to: lost.open.seq, because: 'b3 took payments-0 over from what S3 held: its log ends at 412, before v-812.' },
            { from: lost.open.seq, to: at, because: 'However, the final reader read all of payments-0, from 0 to 412, and v-812 is not there.' },
          ],
        }] : [],
        faults: faults.map((fault) => ({ id: fault.id, kind: fault.kind, description: fault.what, beginUs: fault.begin, endUs: fault.end, fired: true, affected: fault.affected })),
        counters: { 'records acknowledged': this.#ends.reduce((sum, end_) => sum + end_, 0), 's3 puts': this.#operation, rebalances: 3 },
        events: events.length,
        hash: '5d41402abc4b2a76b9719d911017c592',
      },
    };
  }
}

/** Partition 0 and 3 live on b1 until it is killed, then on b3. */
function leaderAt(partition: number, at: number): string {
  if (partition === 1) return 'b2';
  if (partition === 2) return 'b3';
  return at < killUs + 2_040_000 ? 'b1' : 'b3';
}

const flatten = (args: Record<string, ArgValue>): TraceArgs => Object.fromEntries(Object.entries(args).map(([key, value]) => [key, isDraft(value) ? value.seq : value]));
const isDraft = (value: ArgValue): value is Draft => typeof value === 'object' && value !== null && !Array.isArray(value) && 'seq' in value && 'kind' in value && 'cause' in value;
