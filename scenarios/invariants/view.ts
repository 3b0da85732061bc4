/**
 * The history, indexed once: what was sent and how that ended, and where each record was seen. Every family of
 * invariants reads from here; building it is one pass over the events.
 */
import type { Asked, HistoryEvent, HistoryKind, Tp, ValueId } from '../../runtime/index.ts';

export interface View {
  readonly history: readonly HistoryEvent[];
  /** In order of invocation. */
  readonly sends: readonly Send[];
  readonly sendOf: ReadonlyMap<ValueId, { readonly send: Send; readonly index: number }>;
  readonly partitions: ReadonlyMap<Tp, PartitionView>;
  /** Every place a value was read at, each once. */
  readonly placesOf: ReadonlyMap<ValueId, readonly Place[]>;
  /** Reads that found another value where one had been read before. */
  readonly contradictions: readonly { readonly tp: Tp; readonly first: Place; readonly second: Place }[];
  readonly damaged: readonly Place[];
}

export interface Send {
  readonly event: EventOf<'op.send'>;
  outcome: 'ok' | 'fail' | 'unknown' | 'pending';
  /** seq of the event that ended it; 0 while pending. */
  doneSeq: number;
  /** As the producer was told; only when ok. */
  baseOffset: number;
  /** Another send of this producer to this partition that was in flight at the same time. */
  concurrent: Send | undefined;
}

/** A record that somebody read. */
export interface Place {
  readonly tp: Tp;
  readonly offset: number;
  readonly value: ValueId;
  readonly seq: number;
  readonly process: string;
}

export interface PartitionView {
  readonly tp: Tp;
  /** First sight of each offset. */
  readonly seen: Map<number, Place>;
  /** What the final reader found. */
  readonly final: Map<number, Place>;
  /** The read that came furthest. */
  furthest: Place | undefined;
  drained: EventOf<'op.drained'> | undefined;
  /** The highest watermark that any poll showed. */
  watermark: { readonly offset: number; readonly seq: number; readonly process: string } | undefined;
}

/** For sentences: which broker said so, when one was asked by name. */
export function by({ broker }: { readonly broker: Asked }): string {
  return broker === null ? '' : ` by ${broker}`;
}

export type EventOf<K extends HistoryKind> = Extract<HistoryEvent, { readonly kind: K }>;

export function viewOf(history: readonly HistoryEvent[]): View {
  const sends: Send[] = [];
  const open = new Map<string, Send>();
  const inFlight = new Map<string, Set<Send>>();
  const sendOf = new Map<ValueId, { send: Send; index: number }>();
  const partitions = new Map<Tp, PartitionView>();
  const placesOf = new Map<ValueId, Place[]>();
  const contradictions: { tp: Tp; first: Place; second: Place }[] = [];
  const contradicted = new Set<string>();
  const damaged: Place[] = [];

  const partition = (tp: Tp): PartitionView => {
    let found = partitions.get(tp);
    if (found === undefined) {
      found = { tp, seen: new Map(), final: new Map(), furthest: undefined, drained: undefined, watermark: undefined };
      partitions.set(tp, found);
    }
    return found;
  };

  for (const event of history) {
    switch (event.kind) {
      case 'op.send': {
        const send: Send = { event, outcome: 'pending', doneSeq: 0, baseOffset: -1, concurrent: undefined };
        const flight = `${event.process} ${event.tp}`;
        const others = inFlight.get(flight) ?? new Set();
        for (const other of others) {
          other.concurrent ??= send;
          send.concurrent = other;
        }
        others.add(send);
        inFlight.set(flight, others);
        partition(event.tp);
        sends.push(send);
        open.set(opKey(event), send);
        event.values.forEach((value, index) => sendOf.set(value, { send, index }));
        break;
      }
      case 'op.send.ok':
      case 'op.send.fail':
      case 'op.send.unknown': {
        const send = open.get(opKey(event));
        if (send === undefined) break;
        open.delete(opKey(event));
        inFlight.get(`${send.event.process} ${send.event.tp}`)?.delete(send);
        send.outcome = event.kind === 'op.send.ok' ? 'ok' : event.kind === 'op.send.fail' ? 'fail' : 'unknown';
        send.doneSeq = event.seq;
        if (event.kind === 'op.send.ok') send.baseOffset = event.baseOffset;
        break;
      }
      case 'op.poll': {
        const at = partition(event.tp);
        if (at.watermark === undefined || event.highWatermark > at.watermark.offset) at.watermark = { offset: event.highWatermark, seq: event.seq, process: event.process };
        for (const record of event.records) {
          const place: Place = { tp: event.tp, offset: record.offset, value: record.value, seq: event.seq, process: event.process };
          if (!record.intact) {
            damaged.push(place);
            continue;
          }
          if (event.process === 'final' || event.process.startsWith('final#')) at.final.set(record.offset, place);
          if (at.furthest === undefined || place.offset > at.furthest.offset) at.furthest = place;
          const first = at.seen.get(place.offset);
          if (first === undefined) at.seen.set(place.offset, place);
          else if (first.value !== place.value && !contradicted.has(`${place.tp} ${place.offset}`)) {
            contradicted.add(`${place.tp} ${place.offset}`);
            contradictions.push({ tp: place.tp, first, second: place });
          }
          remember(placesOf, place);
        }
        break;
      }
      case 'op.drained':
        partition(event.tp).drained = event;
        break;
      default:
    }
  }
  return { history, sends, sendOf, partitions, placesOf, contradictions, damaged };
}

/** An operation's number is only relied on within its process. */
export function opKey(event: { readonly process: string; readonly op: number }): string {
  return `${event.process} ${event.op}`;
}

function remember(placesOf: Map<ValueId, Place[]>, place: Place): void {
  const places = placesOf.get(place.value);
  if (places === undefined) placesOf.set(place.value, [place]);
  else if (!places.some((other) => other.offset === place.offset && other.tp === place.tp)) places.push(place);
}
