/** What producers were promised, against what readers found: acknowledged records survive, once, in order, at their offset. */
import type { Report } from './report.ts';
import { describeProducer, inFlightBug } from './blame.ts';
import type { PartitionView, Place, Send, View } from './view.ts';

export function judgeSends(view: View, report: Report): void {
  judgeReads(view, report);
  const claims = new Map<string, Send>();
  for (const send of view.sends) {
    judgeOnce(send, view, report);
    if (send.outcome === 'ok') judgeAcknowledged(send, view, claims, report);
  }
}

/** Everything that can be said of reads alone. */
function judgeReads(view: View, report: Report): void {
  for (const { tp, first, second } of view.contradictions) {
    report.add(tp, {
      invariant: 'inconsistent-offsets',
      blame: 'broker',
      summary: `offset ${first.offset} of ${tp} held ${first.value} when ${first.process} read it, and ${second.value} when ${second.process} did`,
      at: second.seq,
      evidence: [first.seq, second.seq],
      because: [`${first.process} had read ${first.value} at offset ${first.offset} of ${tp}, and an offset never changes its record. However, ${second.process} later read ${second.value} there`],
    });
  }
  for (const place of view.damaged) {
    const known = view.sendOf.get(place.value);
    report.add(place.tp, {
      invariant: 'corrupt',
      blame: 'broker',
      summary: `${place.process} read a damaged record at offset ${place.offset} of ${place.tp}`,
      at: place.seq,
      evidence: known === undefined ? [place.seq] : [known.send.event.seq, place.seq],
      because: known === undefined ? [`the record at offset ${place.offset} does not match its own checksum`] : [`${known.send.event.process} sent ${place.value}. However, what ${place.process} read under this name is not what was sent`],
    });
  }
  for (const [value, places] of view.placesOf) {
    const sent = view.sendOf.get(value)?.send;
    const [place] = places;
    if (place === undefined) continue;
    if (sent === undefined) {
      report.add(place.tp, {
        invariant: 'phantom',
        blame: 'broker',
        summary: `${place.process} read ${value} at offset ${place.offset} of ${place.tp}, and nobody ever sent it`,
        at: place.seq,
        evidence: [place.seq],
        because: [`no producer handed over ${value}`],
      });
      continue;
    }
    if (sent.outcome === 'fail') {
      report.add(place.tp, {
        invariant: 'phantom',
        blame: 'broker',
        summary: `${sent.event.process} was told that ${value} was not stored, but ${place.process} read it at offset ${place.offset} of ${place.tp}`,
        at: Math.max(place.seq, sent.doneSeq),
        evidence: [sent.event.seq, sent.doneSeq, place.seq],
        because: [`the send of ${value} was refused, with an error that proves nothing was written`, `However, ${place.process} read ${value} at offset ${place.offset}`],
      });
    }
    const elsewhere = places.find((other) => other.tp !== sent.event.tp);
    if (elsewhere !== undefined) {
      report.add(elsewhere.tp, {
        invariant: 'phantom',
        blame: 'broker',
        summary: `${value} was sent to ${sent.event.tp}, but ${elsewhere.process} read it at offset ${elsewhere.offset} of ${elsewhere.tp}`,
        at: elsewhere.seq,
        evidence: [sent.event.seq, elsewhere.seq],
        because: [`${sent.event.process} sent ${value} to ${sent.event.tp}. However, it was read from ${elsewhere.tp}`],
      });
    }
  }
}

/** An idempotent producer's record is there at most once. */
function judgeOnce(send: Send, view: View, report: Report): void {
  if (!send.event.producer.idempotent) return;
  for (const value of send.event.values) {
    const [first, second] = placesIn(view, value, send.event.tp);
    if (first === undefined || second === undefined) continue;
    const bug = inFlightBug(send);
    report.add(send.event.tp, {
      invariant: 'duplicate',
      blame: bug === undefined ? 'broker' : 'client',
      summary: `${value}, sent once by the idempotent ${describeProducer(send)}, is at offsets ${first.offset} and ${second.offset} of ${send.event.tp}${bug?.clause ?? ''}`,
      at: Math.max(first.seq, second.seq),
      evidence: [send.event.seq, first.seq, second.seq, ...(bug?.evidence ?? [])],
      because: [`${send.event.process} sent ${value} once, and was read at offset ${first.offset}`, `However, it was also read at offset ${second.offset}, so it was appended twice`],
    });
  }
}

function judgeAcknowledged(send: Send, view: View, claims: Map<string, Send>, report: Report): void {
  const { event, baseOffset, doneSeq } = send;
  const partition = view.partitions.get(event.tp);
  if (partition === undefined) return;
  if (!Number.isSafeInteger(baseOffset) || baseOffset < 0) {
    report.add(event.tp, {
      invariant: 'ack-offset',
      blame: 'broker',
      summary: `${event.process} was told that ${event.values[0] ?? 'nothing'} is stored in ${event.tp}, at the impossible offset ${baseOffset}`,
      at: doneSeq,
      evidence: [event.seq, doneSeq],
      because: [`the send was acknowledged, and an acknowledgement carries the offset of its first record. However, it carried ${baseOffset}`],
    });
    return;
  }
  event.values.forEach((value, index) => {
    const told = baseOffset + index;
    const places = placesIn(view, value, event.tp);
    const [place] = places;
    if (place === undefined) {
      judgeNeverRead(send, value, told, partition, claims, report);
      return;
    }
    if (!places.some((other) => other.offset === told)) {
      report.add(event.tp, {
        invariant: 'ack-offset',
        blame: 'broker',
        summary: `${event.process} was told that ${value} is at offset ${told} of ${event.tp}, but ${place.process} read it at ${place.offset}`,
        at: Math.max(doneSeq, place.seq),
        evidence: [event.seq, doneSeq, place.seq],
        because: [`${event.process} was told that ${value} is stored at offset ${told} of ${event.tp}`, `However, ${place.process} read ${value} at offset ${place.offset}, and at no other`],
      });
      return;
    }
    judgeVanished(send, value, told, place, partition, report);
  });
}

/** Acknowledged, and nobody ever read it. */
function judgeNeverRead(send: Send, value: string, told: number, partition: PartitionView, claims: Map<string, Send>, report: Report): void {
  const { event, doneSeq } = send;
  const drained = partition.drained;
  const there = partition.seen.get(told);
  if (there === undefined && (drained === undefined || told < drained.start)) {
    judgeClaim(send, told, claims, report);
    return;
  }
  const bug = inFlightBug(send);
  const blame = bug === undefined ? 'broker' : 'client';
  const promised = `${event.process} was told that ${value} is stored at offset ${told} of ${event.tp}`;
  const passed = partition.furthest;
  if (there !== undefined || (passed !== undefined && passed.offset > told)) {
    const proof = there ?? (passed as Place);
    const found = there === undefined ? `${proof.process} read on to offset ${proof.offset}, and nobody ever read ${value}` : `${proof.process} read ${proof.value} there, and nobody ever read ${value}`;
    report.add(event.tp, {
      invariant: 'lost-write',
      blame,
      summary: `${promised}, but ${found}${bug?.clause ?? ''}`,
      at: Math.max(doneSeq, proof.seq),
      evidence: [event.seq, doneSeq, proof.seq, ...(drained === undefined ? [] : [drained.seq]), ...(bug?.evidence ?? [])],
      because: [promised, `Every read that passes offset ${told} must therefore show it. However, ${found}`],
    });
    return;
  }
  if (drained === undefined) return;
  report.add(event.tp, {
    invariant: 'unseen',
    blame,
    summary: `${promised}, but after everything had healed the partition ended at offset ${drained.end}${bug?.clause ?? ''}`,
    at: drained.seq,
    evidence: [event.seq, doneSeq, drained.seq, ...(bug?.evidence ?? [])],
    because: [promised, `A reader of the whole partition must therefore reach it. However, the final reader went from ${drained.start} to the end, ${drained.end}, without meeting it`],
  });
}

/** No reader came by, but two producers cannot both own an offset. */
function judgeClaim(send: Send, told: number, claims: Map<string, Send>, report: Report): void {
  const { event, doneSeq } = send;
  const other = claims.get(`${event.tp} ${told}`);
  if (other === undefined) {
    claims.set(`${event.tp} ${told}`, send);
    return;
  }
  report.add(event.tp, {
    invariant: 'inconsistent-offsets',
    blame: 'broker',
    summary: `${other.event.process} and ${event.process} were each told that their record is at offset ${told} of ${event.tp}`,
    at: Math.max(doneSeq, other.doneSeq),
    evidence: [other.doneSeq, doneSeq],
    because: [`${other.event.process} was told that its record is at offset ${told} of ${event.tp}. However, ${event.process} was told the same of another record`],
  });
}

/** Acknowledged and read once, and not found by the final reader. */
function judgeVanished(send: Send, value: string, told: number, place: Place, partition: PartitionView, report: Report): void {
  const drained = partition.drained;
  if (drained === undefined || told < drained.start || partition.final.has(told)) return;
  const { event, doneSeq } = send;
  report.add(event.tp, {
    invariant: 'lost-write',
    blame: 'broker',
    summary: `${event.process} was told that ${value} is stored at offset ${told} of ${event.tp}, ${place.process} read it there, but the final reader no longer found it`,
    at: drained.seq,
    evidence: [event.seq, doneSeq, place.seq, drained.seq],
    because: [
      `${event.process} was told that ${value} is stored at offset ${told} of ${event.tp}`,
      `${place.process} read it there`,
      `However, the final reader, going from ${drained.start} to ${drained.end}, found nothing at ${told}`,
    ],
  });
}

function placesIn(view: View, value: string, tp: string): readonly Place[] {
  const places = view.placesOf.get(value) ?? [];
  return places.every((place) => place.tp === tp) ? places : places.filter((place) => place.tp === tp);
}
