/**
 * Asks one broker, again and again and whoever leads, where the partitions end. Clients learn of a new leader and go to it; this
 * one keeps asking the old one too. Who has been replaced without knowing it must give no answer rather than an old one (KIP-207).
 */
import { ErrorCode } from '../../broker/protocol/index.ts';
import { NetworkError, type Address, type Runtime } from '../../runtime/index.ts';
import { ask } from '../clients/lean.ts';
import type { ClientContext, ClientStatus } from './context.ts';

export async function watchLogEnds(rt: Runtime, { history, phase, topic, partitions }: ClientContext, { process }: ClientStatus, broker: Address): Promise<void> {
  const wanted = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: LATEST }));
  while (phase.consuming) {
    await rt.clock.sleep(EVERY_MS);
    const ops = wanted.map(({ partitionIndex }) => {
      const op = history.nextOp();
      history.record(rt, process, { kind: 'op.list-offsets', op, tp: `${topic}-${partitionIndex}` });
      return op;
    });
    const answer = await ask(rt, broker, 'ListOffsets', VERSION, { topics: [{ name: topic, partitions: wanted }] }, ANSWER_MS).catch(unreachable);
    // Who does not lead says so; that is nothing to remember.
    for (const { partitionIndex, errorCode, offset } of answer?.topics[0]?.partitions ?? []) {
      if (errorCode === ErrorCode.NONE) history.record(rt, process, { kind: 'op.list-offsets.ok', op: ops[partitionIndex]!, start: null, end: offset });
    }
  }
}

function unreachable(error: unknown): undefined {
  if (!(error instanceof NetworkError)) throw error;
  return undefined;
}

const LATEST = -1;
const VERSION = 5;
const EVERY_MS = 2_000;
const ANSWER_MS = 2_000;
