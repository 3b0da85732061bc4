/**
 * What a partition knows of idempotent producers: the last five batches of each, which is what lets a retry be
 * recognised (KIP-98; the window of five, see redpanda#3039). A pure fold over batch headers, so that a new
 * leader or a recoverer computes exactly what the old leader knew.
 */
import { ErrorCode, type BatchHeader } from '../protocol/index.ts';

/** Batches a retry may refer back to: Kafka's bound on `max.in.flight.requests.per.connection` with idempotence. */
export const DEDUP_WINDOW = 5;
/** Producers remembered by a partition; the one idle longest is forgotten first (Kafka forgets by time). */
export const PRODUCERS_MAX = 10_000;

const SEQUENCE_MAX = 0x7fffffff;

export interface ProducerBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

/** `[producerId, epoch, [firstSequence, lastSequence, baseOffset][]]`, least recently used first. */
export type ProducerSnapshot = readonly (readonly [number, number, readonly (readonly [number, number, number])[]])[];

export type SequenceVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly baseOffset: number }
  | { readonly kind: 'refused'; readonly error: ErrorCode; readonly message: string };

const APPEND: SequenceVerdict = { kind: 'append' };

export class ProducerState {
  private readonly producers = new Map<number, { epoch: number; batches: ProducerBatch[] }>();

  static load(snapshot: ProducerSnapshot): ProducerState {
    const state = new ProducerState();
    for (const [producerId, epoch, batches] of snapshot) {
      state.producers.set(producerId, { epoch, batches: batches.map(([firstSequence, lastSequence, baseOffset]) => ({ firstSequence, lastSequence, baseOffset })) });
    }
    return state;
  }

  snapshot(): ProducerSnapshot {
    return [...this.producers].map(([producerId, { epoch, batches }]) => [producerId, epoch, batches.map((batch) => [batch.firstSequence, batch.lastSequence, batch.baseOffset] as const)] as const);
  }

  /** May this batch be appended now? Rules as in Kafka's producer append checks. */
  check(header: BatchHeader): SequenceVerdict {
    if (header.producerId < 0) return APPEND;
    const known = this.producers.get(header.producerId);
    if (known === undefined) return APPEND;
    if (header.producerEpoch < known.epoch) return { kind: 'refused', error: ErrorCode.INVALID_PRODUCER_EPOCH, message: `producer epoch ${header.producerEpoch} is older than ${known.epoch}` };
    // safeguard: sequence. A retry of what is stored is answered with its offset; a hole or a reordering is refused.
    if (header.producerEpoch > known.epoch) return header.baseSequence === 0 ? APPEND : outOfOrder(header, -1);
    const last = lastSequenceOf(header);
    const duplicate = known.batches.find((batch) => batch.firstSequence === header.baseSequence && batch.lastSequence === last);
    if (duplicate !== undefined) return { kind: 'duplicate', baseOffset: duplicate.baseOffset };
    const previous = known.batches.at(-1)!.lastSequence;
    return header.baseSequence === next(previous) ? APPEND : outOfOrder(header, previous);
  }

  /** Remembers a batch stored at `baseOffset`. */
  apply(header: BatchHeader, baseOffset: number): void {
    if (header.producerId < 0) return;
    const known = this.producers.get(header.producerId);
    const batches = known?.epoch === header.producerEpoch ? known.batches : [];
    batches.push({ firstSequence: header.baseSequence, lastSequence: lastSequenceOf(header), baseOffset });
    if (batches.length > DEDUP_WINDOW) batches.shift();
    this.producers.delete(header.producerId);
    this.producers.set(header.producerId, { epoch: header.producerEpoch, batches });
    if (this.producers.size > PRODUCERS_MAX) this.producers.delete(this.producers.keys().next().value!);
  }
}

function lastSequenceOf(header: BatchHeader): number {
  const last = header.baseSequence + header.lastOffsetDelta;
  return last > SEQUENCE_MAX ? last - SEQUENCE_MAX - 1 : last;
}

function next(sequence: number): number {
  return sequence === SEQUENCE_MAX ? 0 : sequence + 1;
}

function outOfOrder(header: BatchHeader, previous: number): SequenceVerdict {
  return { kind: 'refused', error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, message: `sequence ${header.baseSequence} of producer ${header.producerId} does not follow ${previous}` };
}
