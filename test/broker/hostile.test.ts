/**
 * A client that is broken, or means harm: unknown APIs and versions, torn and oversized frames, garbage, half-closed
 * sockets, a flood. Each gets Kafka's own error or a closed connection, and the broker goes on serving others.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apis, decodeResponse, encodeRequest, ErrorCode, type ApiName } from '../../broker/protocol/index.ts';
import { messageAt } from '../protocol/arbitrary.ts';
import { addressOf, batchOf, createTopic, fetch, fetchBody, Lab, produce } from './lab.ts';
import { Wire } from './wire.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.of(1, { requestMaxBytes: 100_000, autoCreateTopics: false });
  await lab.wire((wire) => createTopic(wire));
});
afterAll(async () => {
  expect(await lab.wire(async (wire) => (await produce(wire, batchOf(['still here']))).errorCode)).toBe(0);
  expect(lab.sim.findings).toEqual([]);
  expect(lab.exits).toEqual([]);
  lab.sim.close();
});

const closedAfter = (bytes: Buffer): Promise<number> => lab.wire((wire) => (wire.write(bytes), wire.end()));

describe('ApiVersions', () => {
  test.each([4, 99, 32_767, -1])('of version %i is answered in the layout of version 0, and the connection stays', async (version) => {
    const found = await lab.wire(async (wire) => {
      wire.write(rawRequest(apis.ApiVersions.key, version, 7));
      const { correlationId, body } = decodeResponse('ApiVersions', 0, (await wire.next())!);
      return { correlationId, body, after: (await wire.ask('ApiVersions', 3, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })).apiKeys.length };
    });
    expect(found.body).toMatchObject({ errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] });
    expect(found).toMatchObject({ correlationId: 7, after: Object.keys(apis).length });
  });

  test('need not be asked first', async () => {
    expect(await lab.wire(async (wire) => (await produce(wire, batchOf(['first']))).errorCode)).toBe(0);
  });
});

describe('closes the connection on', () => {
  test.each<[string, Buffer]>([
    ['an unknown API', rawRequest(999, 0, 1)],
    ['a negative API', rawRequest(-1, 0, 1)],
    ['an API of brokers (LeaderAndIsr)', rawRequest(4, 0, 1)],
    ['Produce of a version to come', rawRequest(apis.Produce.key, 40, 1)],
    ['Fetch of a version long gone', rawRequest(apis.Fetch.key, 0, 1)],
    ['Metadata of a negative version', rawRequest(apis.Metadata.key, -1, 1)],
    ['a frame of no bytes', int32(0)],
    ['a frame of one byte', Buffer.concat([int32(1), Buffer.of(0)])],
    ['a negative size', int32(-1)],
    ['the most negative size', int32(-0x8000_0000)],
    ['a size above the bound', int32(100_001)],
    ['the largest size', int32(0x7fff_ffff)],
    ['a request line of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: b1\r\n\r\n')],
    ['the greeting of TLS', Buffer.from('16030100f8010000f40303', 'hex')],
    ['a body that ends too early', framed(Buffer.concat([header(apis.Metadata.key, 1, 1), int32(1)]))],
    ['an array of two billion', framed(Buffer.concat([header(apis.Metadata.key, 1, 1), int32(0x7fff_ffff)]))],
    ['an array of minus two', framed(Buffer.concat([header(apis.Metadata.key, 1, 1), int32(-2)]))],
    ['an offset beyond 2^53', framed(Buffer.concat([header(apis.ListOffsets.key, 1, 1), int32(-1), int32(1), string('t'), int32(1), int32(0), Buffer.alloc(8, 0x7f)]))],
  ])('%s', async (_, bytes) => {
    expect(await closedAfter(bytes)).toBe(0);
  });
});

test('a claim of a large frame that never comes costs nothing, and others are served', async () => {
  const opened = await lab.wire(async (wire) => {
    wire.write(Buffer.concat([int32(100_000), Buffer.of(0)]));
    return wire.closed;
  });
  expect(opened).toBe(false);
});

test('a text that is no UTF-8 and would outgrow a string is refused, not told back', async () => {
  const name = Buffer.alloc(20_000, 0xff);
  expect(await closedAfter(framed(Buffer.concat([header(apis.Metadata.key, 1, 1), int32(1), int16(name.length), name])))).toBe(0);
  const short = Buffer.alloc(1000, 0xff);
  const told = await lab.wire(async (wire) => {
    wire.write(framed(Buffer.concat([header(apis.Metadata.key, 1, 1), int32(1), int16(short.length), short])));
    return decodeResponse('Metadata', 1, (await wire.next())!).body.topics[0]!.errorCode;
  });
  expect(told).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
});

test('the longest names fit the messages about them', async () => {
  const long = 'n'.repeat(32_767);
  const errors = await lab.wire(async (wire) => {
    const configs = await wire.ask('DescribeConfigs', 1, { resources: [2, 4, 9].map((resourceType) => ({ resourceType, resourceName: long, configurationKeys: null })) });
    const created = await wire.ask('CreateTopics', 4, { topics: [{ name: 'x', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [{ name: long, value: long }] }], timeoutMs: 1 });
    const compact = await wire.ask('CreateTopics', 5, { topics: [{ name: 'x', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [{ name: 'cleanup.policy', value: `compact${long.slice(7)}` }] }], timeoutMs: 1 });
    return [...configs.results.map(({ errorCode }) => errorCode), created.topics[0]!.errorCode, compact.topics[0]!.errorCode];
  });
  expect(errors).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_CONFIG, ErrorCode.INVALID_CONFIG]);
});

test('more array elements than anyone needs are refused before they are made', async () => {
  const roomy = await Lab.of(1);
  const many = Buffer.alloc(2 * 300_000);
  const answers = await roomy.wire((wire) => (wire.write(framed(Buffer.concat([header(apis.Metadata.key, 1, 1), int32(300_000), many]))), wire.end()));
  expect(answers).toBe(0);
  expect(roomy.sim.findings).toEqual([]);
  roomy.sim.close();
});

test('frames that come byte by byte, and many in one piece', async () => {
  const found = await lab.wire(async (wire, rt) => {
    const request = Buffer.concat(encodeRequest('ApiVersions', 0, 5, 'slow', {}));
    for (const byte of request) {
      wire.write(Buffer.of(byte));
      await rt.clock.sleep(1);
    }
    const slow = decodeResponse('ApiVersions', 0, (await wire.next())!).correlationId;
    wire.write(Buffer.concat(Array.from({ length: 3000 }, () => request)));
    for (let count = 0; count < 3000; count += 1) if ((await wire.next()) === undefined) throw new Error(`closed after ${count}`);
    return slow;
  });
  expect(found).toBe(5);
});

test('garbage and mutated frames, hundreds of each', async () => {
  const names = Object.keys(apis) as ApiName[];
  const request = fc.constantFrom(...names.flatMap((name) => Array.from({ length: apis[name].maxVersion - apis[name].minVersion + 1 }, (_, at) => ({ name, version: apis[name].minVersion + at }))))
    .chain(({ name, version }) => messageAt(apis[name].request.fields, version).map((body) => Buffer.concat(encodeRequest(name, version, 1, 'fuzz', body as never))));
  const noise = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const mutated = fc.tuple(request, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 })).map(([bytes, changes]) => {
    const copy = Buffer.from(bytes);
    for (const [at, byte] of changes) copy[4 + (at % (copy.length - 4))] = byte;
    return copy;
  });
  const inputs = fc.sample(fc.oneof({ weight: 1, arbitrary: noise }, { weight: 1, arbitrary: noise.map(framed) }, { weight: 4, arbitrary: mutated }), { numRuns: 900, seed: 20 });
  const fuzzed = await Lab.of(1, { requestMaxBytes: 100_000, autoCreateTopics: false });
  let answers = 0;
  for (const [at, bytes] of inputs.entries()) {
    answers += await fuzzed.job(async (rt) => {
      const wire = await Wire.open(rt.network, addressOf('b1'));
      wire.write(bytes);
      await rt.clock.sleep(50);
      return wire.frames.length;
    });
    expect(fuzzed.sim.findings, `after ${at}: ${bytes.toString('hex')}`).toEqual([]);
  }
  expect(answers).toBeGreaterThan(100);
  expect(fuzzed.exits).toEqual([]);
  fuzzed.sim.close();
});

test('half-closed and vanished clients leave nothing that waits', async () => {
  const waiting = { ...fetchBody({ topic: 'quiet', maxWaitMs: 0x7fff_ffff, minBytes: 1 }) };
  await lab.wire((wire) => createTopic(wire, 'quiet'));
  for (let round = 0; round < 20; round += 1) {
    await lab.wire(async (wire, rt) => {
      wire.send('Fetch', 12, waiting);
      await rt.clock.sleep(20);
      if (round % 2 === 0) wire.connection.end();
      else wire.connection.destroy();
      await rt.clock.sleep(100);
    });
  }
  const { brokers } = lab;
  expect(brokers.size).toBe(1);
  await lab.wire(async (wire) => (await produce(wire, batchOf(['a']), { topic: 'quiet' })).errorCode);
  // Every poll ended with its client: none was answered into the void when the record came.
  const asked = lab.kinds('broker.request').filter(({ args }) => args['api'] === 'Fetch' && args['client'] === 'test').length;
  const answered = lab.kinds('broker.reply').filter(({ args }) => args['api'] === 'Fetch').length;
  expect(asked - answered).toBe(20);
});

test('hundreds of connections at once', async () => {
  const found = await lab.job(async (rt) => {
    const wires = await Promise.all(Array.from({ length: 500 }, () => Wire.open(rt.network, addressOf('b1'))));
    const ends = await Promise.all(wires.map(async (wire) => (await fetch(wire)).errorCode));
    for (const wire of wires) wire.connection.destroy();
    return ends.filter((errorCode) => errorCode === 0).length;
  });
  expect(found).toBe(500);
});

function header(apiKey: number, version: number, correlationId: number): Buffer {
  return Buffer.concat([int16(apiKey), int16(version), int32(correlationId), int16(-1)]);
}

/** With empty tags after it, so that a flexible header is whole. */
function rawRequest(apiKey: number, version: number, correlationId: number): Buffer {
  return framed(Buffer.concat([header(apiKey, version, correlationId), Buffer.of(0)]));
}

function framed(bytes: Buffer): Buffer {
  return Buffer.concat([int32(bytes.length), bytes]);
}

function string(text: string): Buffer {
  return Buffer.concat([int16(text.length), Buffer.from(text)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
