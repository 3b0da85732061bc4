/** What Produce takes, what it refuses, and with which of Kafka's errors. */
import { crc32c } from '@node-rs/crc32';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { batchOf, createTopic, fetch, Lab, produce } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.of(1, { messageMaxBytes: 10_000 });
  await lab.wire(async (wire) => {
    await createTopic(wire);
    await createTopic(wire, 'garbage');
    await wire.ask('FindCoordinator', 1, { key: 'g', keyType: 0, coordinatorKeys: [] });
  });
});
afterAll(() => {
  expect(lab.sim.findings).toEqual([]);
  lab.sim.close();
});

describe('is refused', () => {
  const good = batchOf(['a', 'b'], { producerId: 1, producerEpoch: 0, baseSequence: 0 });
  test.each<[string, Buffer | null, number, object?]>([
    ['no records', null, ErrorCode.INVALID_RECORD],
    ['empty records', Buffer.alloc(0), ErrorCode.INVALID_RECORD],
    ['half a header', good.subarray(0, 30), ErrorCode.CORRUPT_MESSAGE],
    ['a wrong CRC', flipped(good, good.length - 1), ErrorCode.CORRUPT_MESSAGE],
    ['magic 0', flipped(good, 16, 2), ErrorCode.INVALID_RECORD],
    ['magic 1', flipped(good, 16, 3), ErrorCode.INVALID_RECORD],
    ['two batches', Buffer.concat([good, good]), ErrorCode.INVALID_RECORD],
    ['bytes after the batch', Buffer.concat([good, Buffer.of(0)]), ErrorCode.INVALID_RECORD],
    ['fewer records than it says', sealed(good, (batch) => (batch.writeInt32BE(3, 57), batch.writeInt32BE(2, 23))), ErrorCode.INVALID_RECORD],
    ['more records than it says', sealed(good, (batch) => (batch.writeInt32BE(1, 57), batch.writeInt32BE(0, 23))), ErrorCode.INVALID_RECORD],
    ['two billion records', sealed(good, (batch) => (batch.writeInt32BE(0x7fffffff, 57), batch.writeInt32BE(0x7ffffffe, 23))), ErrorCode.INVALID_RECORD],
    ['a count that is not the last delta and one', sealed(good, (batch) => batch.writeInt32BE(9, 57)), ErrorCode.INVALID_RECORD],
    ['no records, says the count', sealed(good, (batch) => (batch.writeInt32BE(0, 57), batch.writeInt32BE(-1, 23))), ErrorCode.INVALID_RECORD],
    ['records that are noise', sealed(good, (batch) => batch.fill(0xff, 61)), ErrorCode.INVALID_RECORD],
    ['an unknown codec', sealed(good, (batch) => batch.writeInt16BE(7, 21)), ErrorCode.INVALID_RECORD],
    ['zstd from a client that is too old for it', sealed(good, (batch) => batch.writeInt16BE(4, 21)), ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, { version: 6 }],
    ['log append time', sealed(good, (batch) => batch.writeInt16BE(8, 21)), ErrorCode.INVALID_TIMESTAMP],
    ['a transactional batch', sealed(good, (batch) => batch.writeInt16BE(0x10, 21)), ErrorCode.INVALID_TXN_STATE],
    ['a control batch', sealed(good, (batch) => batch.writeInt16BE(0x30, 21)), ErrorCode.INVALID_TXN_STATE],
    ['a batch that is too large', batchOf(['x'.repeat(10_000)]), ErrorCode.MESSAGE_TOO_LARGE],
    ['an unknown topic', good, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, { topic: 'nowhere' }],
    ['an unknown partition', good, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, { index: 7 }],
    ['a negative partition', good, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, { index: -1 }],
    ['the coordinators\' own topic', good, ErrorCode.INVALID_TOPIC_EXCEPTION, { topic: '__consumer_offsets' }],
    ['acks 2', good, ErrorCode.INVALID_REQUIRED_ACKS, { acks: 2 }],
    ['acks -2', good, ErrorCode.INVALID_REQUIRED_ACKS, { acks: -2 }],
    ['an old version', good, ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, { version: 2 }],
  ])('%s', async (_, records, errorCode, where = {}) => {
    const answers = await lab.wire(async (wire) => [await produce(wire, records, { topic: 'garbage', ...where }), await fetch(wire, { topic: 'garbage' })]);
    expect(answers[0]).toEqual({ errorCode, baseOffset: -1 });
    expect(answers[1]).toMatchObject({ errorCode: 0, highWatermark: 0 });
  });

  test('a transaction', async () => {
    const body = { transactionalId: 'tx', acks: -1, timeoutMs: 1000, topicData: [{ name: 't', partitionData: [{ index: 0, records: good }] }] };
    const answer = await lab.wire((wire) => wire.ask('Produce', 9, body));
    expect(answer.responses[0]!.partitionResponses[0]!.errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
  });
});

test('null keys and values, all acks, and a mix of good and bad partitions', async () => {
  const found = await lab.wire(async (wire) => {
    await createTopic(wire, 'mixed', 2);
    const topicData = [{ name: 'mixed', partitionData: [{ index: 0, records: batchOf(['a']) }, { index: 5, records: batchOf(['b']) }, { index: 1, records: Buffer.alloc(3) }] }];
    const { responses } = await wire.ask('Produce', 9, { acks: 1, timeoutMs: 0, topicData });
    await wire.ask('Produce', 9, { acks: 1, timeoutMs: 5000, topicData: topicData.map((topic) => ({ ...topic, partitionData: topic.partitionData.slice(0, 1) })) });
    return { errors: responses[0]!.partitionResponses.map(({ errorCode }) => errorCode), end: (await fetch(wire, { topic: 'mixed' })).highWatermark };
  });
  // With no time to wait the outcome of the good one is unknown, and says so.
  expect(found.errors.slice(1)).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.CORRUPT_MESSAGE]);
  expect([ErrorCode.NONE, ErrorCode.REQUEST_TIMED_OUT]).toContain(found.errors[0]);
  expect(found.end).toBe(2);
});

test('acks 0: no answer when it was taken, a closed connection when it was not', async () => {
  const found = await lab.wire(async (wire) => {
    await createTopic(wire, 'silent');
    const body = (topic: string) => ({ acks: 0, timeoutMs: 1000, topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf(['a']) }] }] });
    wire.send('Produce', 9, body('silent'));
    const versions = await wire.ask('ApiVersions', 0, {});
    wire.send('Produce', 9, body('nowhere'));
    return { answered: versions.errorCode, more: await wire.end() };
  });
  expect(found).toEqual({ answered: 0, more: 0 });
  expect(await lab.wire(async (wire) => (await fetch(wire, { topic: 'silent', maxWaitMs: 1000 })).highWatermark)).toBe(1);
});

describe('an idempotent producer', () => {
  const by = (baseSequence: number, producerEpoch = 0, values = ['a']): Buffer => batchOf(values, { producerId: 77, producerEpoch, baseSequence });
  const send = (topic: string, batches: readonly Buffer[]) => lab.wire(async (wire) => {
    await createTopic(wire, topic);
    const answers: (readonly [number, number])[] = [];
    for (const batch of batches) {
      const { errorCode, baseOffset } = await produce(wire, batch, { topic });
      answers.push([errorCode, baseOffset]);
    }
    return answers;
  });

  test('is told the first offset again when it sends a batch twice, in the window of five', async () => {
    const batches = [0, 1, 2, 3, 4].map((sequence) => by(sequence));
    expect(await send('twice', [...batches, ...batches])).toEqual([[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [0, 0], [0, 1], [0, 2], [0, 3], [0, 4]]);
  });

  test('is refused a gap, a reordering, and what lies before the window', async () => {
    const gap = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
    expect(await send('gaps', [by(0), by(2), by(1), by(3), by(2), by(3), by(4), by(5), by(6), by(0)])).toEqual([[0, 0], [gap, -1], [0, 1], [gap, -1], [0, 2], [0, 3], [0, 4], [0, 5], [0, 6], [gap, -1]]);
  });

  test('of an older epoch is refused; a new epoch begins at 0', async () => {
    const fenced = ErrorCode.INVALID_PRODUCER_EPOCH;
    expect(await send('epochs', [by(0, 3), by(5, 4), by(0, 4), by(1, 3), by(1, 4)])).toEqual([[0, 0], [ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1], [0, 1], [fenced, -1], [0, 2]]);
  });

  test('whose sequence wraps goes on at 0', async () => {
    expect(await send('wraps', [by(0x7ffffffe, 0, ['a', 'b']), by(0, 0), by(0x7ffffffe, 0, ['a', 'b'])])).toEqual([[0, 0], [0, 2], [0, 0]]);
  });

  test('that names a negative producer is none', async () => {
    const odd = sealed(batchOf(['a']), (batch) => batch.writeBigInt64BE(-9n, 43));
    expect(await send('nobody', [odd, odd])).toEqual([[0, 0], [0, 1]]);
  });
});

/** With one byte changed, and nothing else. */
function flipped(batch: Buffer, at: number, mask = 0xff): Buffer {
  const copy = Buffer.from(batch);
  copy[at]! ^= mask;
  return copy;
}

/** Made wrong by its writer: the CRC is right. */
function sealed(batch: Buffer, change: (copy: Buffer) => unknown): Buffer {
  const copy = Buffer.from(batch);
  change(copy);
  copy.writeUInt32BE(crc32c(copy.subarray(21)), 17);
  return copy;
}
