/** The types that the tables imply: what a handler may leave out, and what it always gets. */
import { expectTypeOf, test } from 'vitest';
import type { RequestOf, ResponseInit, ResponseOf } from '../../broker/protocol/index.ts';

test('decoded messages have every field, with null only where some version has it', () => {
  expectTypeOf<RequestOf<'Produce'>['transactionalId']>().toEqualTypeOf<string | null>();
  expectTypeOf<RequestOf<'Produce'>['acks']>().toEqualTypeOf<number>();
  expectTypeOf<RequestOf<'Produce'>['topicData'][number]['partitionData'][number]['records']>().toEqualTypeOf<Buffer | null>();
  expectTypeOf<RequestOf<'Metadata'>['topics']>().extract<null>().toEqualTypeOf<null>();
  expectTypeOf<ResponseOf<'JoinGroup'>['members'][number]['metadata']>().toEqualTypeOf<Buffer>();
  expectTypeOf<ResponseOf<'Metadata'>['topics'][number]['partitions'][number]['isrNodes']>().toEqualTypeOf<readonly number[]>();
});

test('encoded messages may leave out what has a default or is not in every version', () => {
  expectTypeOf<{ errorCode: number }>().toExtend<ResponseInit<'Heartbeat'>>();
  expectTypeOf<{ throttleTimeMs: number }>().not.toExtend<ResponseInit<'Heartbeat'>>();
  expectTypeOf<{ responses: { topic: string; partitions: { partitionIndex: number; errorCode: number; highWatermark: number; records: Buffer[] }[] }[] }>().toExtend<ResponseInit<'Fetch'>>();
});
