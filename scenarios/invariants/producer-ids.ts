/** Producer ids: what a broker recognises a repetition by, so nobody may be given another's. */
import type { Report } from './report.ts';
import { by, opKey, type EventOf, type View } from './view.ts';

interface Given {
  readonly question: EventOf<'op.init-producer'>;
  readonly answer: EventOf<'op.init-producer.ok'>;
}

export function judgeProducerIds(view: View, report: Report): void {
  const asked = new Map<string, EventOf<'op.init-producer'>>();
  const given = new Map<number, Given>();
  for (const event of view.history) {
    if (event.kind === 'op.init-producer') asked.set(opKey(event), event);
    if (event.kind !== 'op.init-producer.ok') continue;
    const question = asked.get(opKey(event));
    const first = given.get(event.producerId);
    if (question === undefined) continue;
    if (first === undefined) given.set(event.producerId, { question, answer: event });
    else judgeTwice(first, { question, answer: event }, report);
  }
}

function judgeTwice(first: Given, second: Given, report: Report): void {
  const { producerId } = second.answer;
  const told = ({ question, answer }: Given): string => `${answer.process} was given producer id ${producerId}${by(question)}`;
  report.add(`producer id ${producerId}`, {
    invariant: 'unique-producer-id',
    blame: 'broker',
    summary: `${told(second)} for a new producer, and so was ${first.answer.process}${by(first.question)} before`,
    at: second.answer.seq,
    evidence: [first.answer.seq, second.question.seq, second.answer.seq],
    because: [`${told(first)} for a new producer`, `A new producer has an id of its own. However, ${told(second)} for another`],
  });
}
