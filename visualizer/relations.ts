/**
 * Which events belong together beyond `cause`: a send with its delivery, an S3 request with its answer, an
 * operation with its outcome, a fault with its end. Built in one pass while the trace is read.
 */
import type { TraceArgs, TraceEvent } from '../runtime/trace.ts';

export class Relations {
  readonly pair: Int32Array;
  readonly peer: Int16Array;
  readonly duplicate: Uint8Array;
  readonly label: Int32Array;
  readonly labels: string[] = [];
  readonly #labelOf = new Map<string, number>();
  readonly #bytesLeft: Float64Array;
  readonly #open = new Map<string, number>();
  /** Last delivery to each node. */
  readonly #delivery = new Map<string, { index: number; t: number }>();
  /** Last `broker.reply` of each node, to name the bytes that follow it. */
  readonly #reply = new Map<string, { index: number; cause: number; label: string }>();
  readonly #indexOf: (seq: number) => number;
  readonly #laneOf: (node: string) => number;

  constructor(capacity: number, indexOf: (seq: number) => number, laneOf: (node: string) => number) {
    this.pair = new Int32Array(capacity).fill(-1);
    this.peer = new Int16Array(capacity).fill(-1);
    this.duplicate = new Uint8Array(capacity);
    this.label = new Int32Array(capacity).fill(-1);
    this.#bytesLeft = new Float64Array(capacity);
    this.#indexOf = indexOf;
    this.#laneOf = laneOf;
  }

  add(index: number, event: TraceEvent, cause: number): void {
    const { kind, args, node } = event;
    switch (kind) {
      case 'net.send':
        this.peer[index] = this.#laneOf(text(args, 'to'));
        this.#bytesLeft[index] = number(args, 'bytes');
        this.#nameReply(index, node, cause);
        return;
      case 'net.deliver':
      case 'net.drop':
        this.#arrive(index, kind, args);
        if (kind === 'net.deliver') this.#delivery.set(node, { index, t: event.t });
        return;
      case 'broker.request':
        this.#nameRequest(this.#deliveryOf(cause, node, event.t), `${text(args, 'api')} v${number(args, 'version')}`);
        this.#open.set(`request ${node} ${text(args, 'api')} ${number(args, 'correlation')}`, index);
        return;
      case 'broker.reply':
        this.#reply.set(node, { index, cause, label: `${text(args, 'api')} reply` });
        this.#close(`request ${node} ${text(args, 'api')} ${number(args, 'correlation')}`, index);
        return;
      case 'fault.begin':
        this.#open.set(`fault ${text(args, 'id')}`, index);
        return;
      case 'fault.end':
        this.#close(`fault ${text(args, 'id')}`, index);
        return;
      case 's3.done':
        this.#close(`s3 ${node} ${text(args, 'op')}`, index);
        return;
    }
    if (kind.startsWith('s3.')) this.#open.set(`s3 ${node} ${text(args, 'op')}`, index);
    else if (kind.startsWith('op.') && args['op'] !== undefined) this.#operation(index, kind, args, node);
  }

  #operation(index: number, kind: string, args: TraceArgs, node: string): void {
    const key = `op ${text(args, 'process') || node} ${text(args, 'op')}`;
    if (/\.(ok|fail|unknown)$/.test(kind)) this.#close(key, index);
    else this.#open.set(key, index);
  }

  #arrive(index: number, kind: string, args: TraceArgs): void {
    this.peer[index] = this.#laneOf(text(args, 'from') || text(args, 'to'));
    const send = this.#indexOf(number(args, 'sent'));
    if (send < 0) return;
    this.pair[index] = send;
    this.label[index] = this.label[send]!;
    if (this.pair[send] === -1) this.pair[send] = index;
    if (kind === 'net.drop') return;
    const bytes = number(args, 'bytes');
    if (bytes > this.#bytesLeft[send]!) this.duplicate[index] = 1;
    else this.#bytesLeft[send]! -= bytes;
  }

  /** The request's cause, or, when something was traced in between, the delivery at the same time. */
  #deliveryOf(cause: number, node: string, t: number): number {
    const last = this.#delivery.get(node);
    return last !== undefined && last.index !== cause && last.t === t ? last.index : cause;
  }

  /** A request is decoded in the event that delivered its last bytes. */
  #nameRequest(delivery: number, label: string): void {
    if (delivery < 0 || this.peer[delivery] === -1 || this.label[delivery] !== -1) return; // of several in one delivery the first names it
    const number = this.#intern(label);
    this.label[delivery] = number;
    const send = this.pair[delivery]!;
    if (send >= 0) this.label[send] = number;
  }

  /** A reply is sent by the event that traced it, or because of it. */
  #nameReply(send: number, node: string, cause: number): void {
    const reply = this.#reply.get(node);
    if (!reply || (cause !== reply.index && (cause !== reply.cause || cause < 0))) return;
    this.label[send] = this.#intern(reply.label);
    this.#reply.delete(node);
  }

  #close(key: string, index: number): void {
    const start = this.#open.get(key);
    if (start === undefined) return;
    this.#open.delete(key);
    this.pair[start] = index;
    this.pair[index] = start;
  }

  #intern(label: string): number {
    let at = this.#labelOf.get(label);
    if (at === undefined) {
      at = this.labels.push(label) - 1;
      this.#labelOf.set(label, at);
    }
    return at;
  }
}

const number = (args: TraceArgs, key: string): number => (typeof args[key] === 'number' ? args[key] : -1);
const text = (args: TraceArgs, key: string): string => {
  const value = args[key];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};
