/** The order in which a producer sent, against the order of the offsets it was told. */
import { inFlightBug } from './blame.ts';
import type { Report } from './report.ts';
import type { Send, View } from './view.ts';

/**
 * Judged on acknowledged sends only: a send that timed out may be appended late, after ones that followed it, and even
 * an idempotent producer that took a new producer id in between cannot be protected from that.
 */
export function judgeOrder(view: View, report: Report): void {
  const highest = new Map<string, Send>();
  for (const send of view.sends) {
    const { event, outcome, baseOffset } = send;
    const ordered = event.producer.idempotent || event.producer.maxInFlight <= 1;
    if (!ordered || outcome !== 'ok' || baseOffset < 0) continue;
    const stream = `${event.process} ${event.tp}`;
    const before = highest.get(stream);
    if (before === undefined || baseOffset > before.baseOffset) highest.set(stream, send);
    if (before === undefined || baseOffset >= before.baseOffset + before.event.values.length) continue;
    // The same offset told twice is a matter of who is really there, which the reads decide.
    if (!isWhereTold(view, send) || !isWhereTold(view, before)) continue;
    const bug = inFlightBug(send);
    report.add(event.tp, {
      invariant: 'nonmonotonic-send',
      blame: bug === undefined ? 'broker' : 'client',
      summary: `${event.process} sent ${before.event.values[0]} to ${event.tp} before ${event.values[0]}, but they are at offsets ${before.baseOffset} and ${baseOffset}${bug?.clause ?? ''}`,
      at: Math.max(send.doneSeq, before.doneSeq),
      evidence: [before.event.seq, event.seq, before.doneSeq, send.doneSeq, ...(bug?.evidence ?? [])],
      steps: [
        { from: before.event.seq, to: event.seq, because: `${event.process} handed over ${before.event.values[0]} first and ${event.values[0]} afterwards, and this producer promises to keep that order` },
        { from: before.doneSeq, to: send.doneSeq, because: `However, the first was stored at offset ${before.baseOffset} and the second below it, at ${baseOffset}` },
      ],
    });
  }
}

/** Not contradicted by any read. A wrong offset is an `ack-offset`, and says nothing about order. */
function isWhereTold(view: View, { event, baseOffset }: Send): boolean {
  const [value] = event.values;
  if (value === undefined) return false;
  const places = view.placesOf.get(value);
  if (places !== undefined) return places.some((place) => place.tp === event.tp && place.offset === baseOffset);
  return view.partitions.get(event.tp)?.seen.get(baseOffset) === undefined;
}
