/**
 * Who broke the promise. Client libraries have known bugs that look like a broker's; a violation that one of them explains
 * is still reported, but not held against the broker.
 */
import type { Send } from './view.ts';

/**
 * kafkajs numbers concurrent idempotent sends of one partition so that, when one reply is lost, the retry of the first
 * takes the place of the second: the first is in the log twice, and the second is acknowledged and lost (kafkajs#598).
 * Only possible when two sends were really in flight.
 */
export function inFlightBug(send: Send): ClientBug | undefined {
  const other = send.concurrent;
  if (!send.event.producer.idempotent || send.event.producer.maxInFlight <= 1 || other === undefined) return undefined;
  return {
    clause: `; the producer had another send to ${send.event.tp} in flight, and its library confuses the two when a reply is lost (kafkajs#598)`,
    evidence: [other.event.seq],
  };
}

export interface ClientBug {
  /** Ends the summary's sentence. */
  readonly clause: string;
  /** seqs that show the bug's precondition. */
  readonly evidence: readonly number[];
}

export function describeProducer(send: Send): string {
  const { process, producer } = send.event;
  return `${process} (${producer.maxInFlight} in flight at most)`;
}
