/** InitProducerId for idempotent producers: an id nobody ever had, allocated in blocks from the metadata. */
import { ErrorCode } from '../protocol/index.ts';
import type { Handler } from './handler.ts';

export const initProducerId: Handler<'InitProducerId'> = async (request, _context, services) => {
  if (request.transactionalId !== null) return { errorCode: ErrorCode.INVALID_REQUEST, producerId: -1, producerEpoch: -1 };
  const producerId = await services.nextProducerId();
  if (producerId === null) return { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, producerId: -1, producerEpoch: -1 };
  return { errorCode: ErrorCode.NONE, producerId, producerEpoch: 0 };
};
