/**
 * Conformance with a client that others wrote: kafkajs's encoders against our decoders, and the other way round,
 * at every version that both speak. Its parts are required one by one because it does not export them.
 */
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { apis, decodeRecords, decodeRequest, encodeBatch, encodeResponse, validateBatch } from '../../broker/protocol/index.ts';
import type { RequestOf } from '../../broker/protocol/index.ts';
import { kafkajsCases } from './kafkajs-cases.ts';
import type { KafkajsCase } from './kafkajs-cases.ts';

const require = createRequire(import.meta.url);
const kafkajsRequests = require('kafkajs/src/protocol/requests/index.js').requests as Record<string, Definition>;
const frameOf = require('kafkajs/src/protocol/request.js') as (o: unknown) => Promise<{ buffer: Buffer }>;

interface Definition {
  readonly versions: readonly string[];
  readonly protocol: (o: { version: number }) => (args: unknown) => { request: unknown; response: { decode(payload: Buffer): Promise<unknown> } };
}

describe.each(kafkajsCases)('$api', (one) => {
  const definition = kafkajsRequests[one.kafkajsName ?? one.api]!;
  const shared = definition.versions.map(Number).filter((version) => version >= apis[one.api].minVersion && version <= apis[one.api].maxVersion);

  test.each(shared)('version %i', async (version) => {
    const { request, response } = definition.protocol({ version })(one.args);
    const sent = (await frameOf({ correlationId: 77, clientId: 'kafkajs', request })).buffer;
    const decoded = decodeRequest(sent.subarray(4));
    expect(decoded).toMatchObject({ api: one.api, version, correlationId: 77, clientId: 'kafkajs' });
    expect(decoded.body).toMatchObject(at(one.body, version));
    const answer = Buffer.concat(encodeResponse(one.api, version, 77, one.answer as never));
    expect(answer.readInt32BE(4)).toBe(77);
    expect(await response.decode(answer.subarray(8))).toMatchObject(at(one.read, version));
  });
});

test('a batch made by kafkajs is valid and its records are read', async () => {
  const message = { key: Buffer.from('k'), value: Buffer.from('v'), headers: { trace: 'a', many: ['b', 'c'] }, timestamp: '1700000000123' };
  const args = { acks: -1, timeout: 1000, producerId: 9, producerEpoch: 2, transactionalId: null, topicData: [{
    topic: 't', partitions: [{ partition: 3, firstSequence: 5, messages: [{ ...message, timestamp: '1700000000000' }, message, { key: null, value: null, timestamp: '1700000000000' }] }],
  }] };
  const { request } = kafkajsRequests['Produce']!.protocol({ version: 7 })(args);
  const { body } = decodeRequest((await frameOf({ correlationId: 1, clientId: 'c', request })).buffer.subarray(4));
  const batch = (body as RequestOf<'Produce'>).topicData[0]!.partitionData[0]!.records!;
  expect(validateBatch(batch)).toMatchObject({ ok: true, header: { producerId: 9, producerEpoch: 2, baseSequence: 5, recordCount: 3, lastOffsetDelta: 2, sizeBytes: batch.length } });
  const records = decodeRecords(batch);
  expect(records[1]).toEqual({
    offset: 1, timestampMs: 1700000000123, key: message.key, value: message.value,
    headers: [['trace', Buffer.from('a')], ['many', Buffer.from('b')], ['many', Buffer.from('c')]],
  });
  expect(records[2]).toMatchObject({ offset: 2, key: null, value: null });
});

test('a batch made by us is read by kafkajs out of a fetch response given in pieces', async () => {
  const batch = encodeBatch([
    { key: Buffer.from('k'), value: Buffer.from('one'), timestampMs: 1700000000000, headers: [['h', Buffer.from('x')]] },
    { key: null, value: Buffer.from('two'), timestampMs: 1699999999000 },
  ]);
  const { response } = kafkajsRequests['Fetch']!.protocol({ version: 11 })({ maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics: [] });
  const chunks = encodeResponse('Fetch', 11, 1, { responses: [{ topic: 't', partitions: [{
    partitionIndex: 0, errorCode: 0, highWatermark: 4, abortedTransactions: null, records: [batch, batch],
  }] }] });
  expect(chunks.filter((chunk) => chunk === batch)).toHaveLength(2);
  const read = await response.decode(Buffer.concat(chunks).subarray(8)) as { responses: { partitions: { messages: { value: Buffer; timestamp: string; headers: object }[] }[] }[] };
  const messages = read.responses[0]!.partitions[0]!.messages;
  expect(messages.map((message) => [message.value.toString(), message.timestamp])).toEqual([
    ['one', '1700000000000'], ['two', '1699999999000'], ['one', '1700000000000'], ['two', '1699999999000'],
  ]);
  expect(messages[0]!.headers).toEqual({ h: Buffer.from('x') });
});

function at(expected: KafkajsCase['body'], version: number): object {
  return typeof expected === 'function' ? expected(version) : expected;
}
