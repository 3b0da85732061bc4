/**
 * A straggling thread of a group member: it has finished a piece of work and goes to commit it, but by then the member has been
 * given its partitions anew, in a later generation, and may have lost this one. KIP-447 calls it a zombie. It must be
 * refused (ILLEGAL_GENERATION), or it takes the group back to an offset that somebody else has long passed.
 */
import type { Address, Runtime, Tp } from '../../runtime/index.ts';
import { findCoordinator } from '../clients/lean.ts';
import { addressOf, type ClientContext, type ClientStatus } from './context.ts';
import { commitByHand } from './hand-commit.ts';
import type { Membership, MembershipView } from './membership.ts';

interface Work {
  readonly mine: Membership;
  readonly tp: Tp;
  /** After the last record that is done. */
  readonly offset: number;
}

export async function straggle(rt: Runtime, context: ClientContext, group: string, status: ClientStatus, membership: MembershipView): Promise<void> {
  const random = rt.random.fork('straggler');
  let seen: Membership | undefined;
  let begun = new Map<Tp, number>();
  let work: Work | undefined;
  while (context.phase.consuming) {
    await rt.clock.sleep(LOOK_MS);
    const mine = membership.current;
    if (mine === undefined) continue;
    if (mine !== seen) {
      if (work !== undefined && work.mine.member === mine.member && work.mine.generation < mine.generation) await commitLate(rt, context, group, status, work, addressOf(random.pick(context.bootstrap)));
      work = undefined;
      seen = mine;
      begun = new Map([...mine.tps].map((tp) => [tp, context.board.processed.get(tp) ?? 0]));
    }
    const tp = [...mine.tps].find((owned) => (context.board.processed.get(owned) ?? 0) > begun.get(owned)!);
    if (tp !== undefined && membership.current === mine) work = { mine, tp, offset: context.board.processed.get(tp)! };
  }
}

async function commitLate(rt: Runtime, context: ClientContext, group: string, status: ClientStatus, { mine, tp, offset }: Work, broker: Address): Promise<void> {
  const coordinator = await findCoordinator(rt, broker, group, ANSWER_MS);
  // Nobody could be asked: then there is no late commit this time.
  if (coordinator === undefined) return;
  const index = Number(tp.slice(tp.lastIndexOf('-') + 1));
  await commitByHand(rt, context, status, coordinator, { group, member: mine.member, generation: mine.generation, label: 'late' }, new Map([[index, offset]]));
}

const LOOK_MS = 200;
const ANSWER_MS = 2_000;
