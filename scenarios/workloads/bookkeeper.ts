/**
 * An application that assigns partitions by hand and keeps its offsets with Kafka, without ever joining a group: so do stream
 * processors and connectors. It asks anew for its coordinator before each commit, so it is with a new one long before a member is.
 */
import type { Runtime } from '../../runtime/index.ts';
import { findCoordinator } from '../clients/lean.ts';
import { addressOf, type ClientContext, type ClientStatus } from './context.ts';
import { commitByHand } from './hand-commit.ts';

export const BOOKS = 'books';

export async function keepBooks(rt: Runtime, context: ClientContext, status: ClientStatus): Promise<void> {
  const random = rt.random.fork('books');
  while (context.phase.consuming) {
    await rt.clock.sleep(EVERY_MS);
    const coordinator = await findCoordinator(rt, addressOf(random.pick(context.bootstrap)), BOOKS, ANSWER_MS);
    if (coordinator === undefined) continue;
    const offsets = Array.from({ length: context.partitions }, (_, index) => [index, context.board.acked.get(`${context.topic}-${index}`) ?? 0] as const);
    await commitByHand(rt, context, status, coordinator, { group: BOOKS, member: '', generation: -1, label: BOOKS }, new Map(offsets));
  }
}

const EVERY_MS = 500;
const ANSWER_MS = 2_000;
