/** Producer ids: what a broker recognises a repetition by, so nobody may be given another's. */
import type { Report } from './report.ts';
import type { EventOf, View } from './view.ts';

export function judgeProducerIds(view: View, report: Report): void {
  const given = new Map<number, EventOf<'op.init-producer.ok'>>();
  for (const event of view.history) {
    if (event.kind !== 'op.init-producer.ok') continue;
    const first = given.get(event.producerId);
    if (first === undefined) given.set(event.producerId, event);
    else {
      report.add(`producer id ${event.producerId}`, {
        invariant: 'unique-producer-id',
        blame: 'broker',
        summary: `producer id ${event.producerId} was given to a new producer twice`,
        at: event.seq,
        evidence: [first.seq, event.seq],
        because: [`${first.process} had been given producer id ${event.producerId} for a new producer. However, ${event.process} was given it for another`],
      });
    }
  }
}
