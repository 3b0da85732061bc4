/** Promises of the wire room that hold for all messages, all versions and all garbage. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ConsumerProtocolAssignment, ConsumerProtocolSubscription, FrameReader, GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue,
  ProtocolError, apis, decodeMessage, decodeRequest, decodeResponse, encodeMessage, encodeRequest, encodeResponse,
} from '../../broker/protocol/index.ts';
import type { ApiName } from '../../broker/protocol/index.ts';
import { messageAt } from '../protocol/arbitrary.ts';

const RUNS = { numRuns: 40 };
const names = Object.keys(apis) as ApiName[];
const everyVersion = names.flatMap((name) => range(apis[name].minVersion, apis[name].maxVersion).map((version) => ({ name, version })));
const anyVersion = fc.constantFrom(...everyVersion);
const stored = [OffsetCommitKey, OffsetCommitValue, GroupMetadataKey, GroupMetadataValue, ConsumerProtocolSubscription, ConsumerProtocolAssignment] as const;

describe.each(everyVersion)('$name version $version', ({ name, version }) => {
  test('what is encoded is decoded', () => {
    fc.assert(fc.property(messageAt(apis[name].request.fields, version), fc.integer(), fc.option(fc.string()), (body, correlationId, clientId) => {
      const frame = unframed(encodeRequest(name, version, correlationId, clientId, body as never));
      expect(decodeRequest(frame)).toEqual({ api: name, version, correlationId, clientId, body });
    }), RUNS);
    fc.assert(fc.property(messageAt(apis[name].response.fields, version), fc.integer(), (body, correlationId) => {
      const frame = unframed(encodeResponse(name, version, correlationId, body as never));
      expect(decodeResponse(name, version, frame)).toEqual({ correlationId, body });
    }), RUNS);
  });

  test('a frame cut short is malformed; bytes after the message are let be', () => {
    fc.assert(fc.property(messageAt(apis[name].request.fields, version), fc.nat(), (body, cut) => {
      const frame = unframed(encodeRequest(name, version, 1, 'c', body as never));
      expectProtocolError(() => decodeRequest(frame.subarray(0, cut % frame.length)), 'MALFORMED');
      expect(decodeRequest(Buffer.concat([frame, Buffer.of(cut & 0xff)]))).toEqual(decodeRequest(frame));
    }), RUNS);
  });
});

describe('garbage', () => {
  test('raises ProtocolError or decodes, nothing else', () => {
    const header = anyVersion.map(({ name, version }) => Buffer.from([0, apis[name].key, 0, version, 0, 0, 0, 7, 0xff, 0xff]));
    const tail = fc.array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0, 0x7f, 0xff)), { maxLength: 200 });
    fc.assert(fc.property(header, tail, (head, rest) => {
      expectOnlyProtocolError(() => decodeRequest(Buffer.concat([head, Buffer.from(rest)])));
    }), { numRuns: 5000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => expectOnlyProtocolError(() => decodeRequest(Buffer.from(bytes)))), { numRuns: 2000 });
  });

  test('one changed byte in a good frame raises ProtocolError or decodes, nothing else', () => {
    const frames = anyVersion.chain(({ name, version }) => fc.record({
      name: fc.constant(name), version: fc.constant(version), at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }),
      request: messageAt(apis[name].request.fields, version), response: messageAt(apis[name].response.fields, version),
    }));
    fc.assert(fc.property(frames, ({ name, version, at, byte, request, response }) => {
      const question = unframed(encodeRequest(name, version, 1, 'c', request as never));
      const answer = unframed(encodeResponse(name, version, 1, response as never));
      expectOnlyProtocolError(() => decodeRequest(changed(question, at, byte)));
      expectOnlyProtocolError(() => decodeResponse(name, version, changed(answer, at, byte)));
    }), { numRuns: 3000 });
  });
});

describe.each(stored.map((schema) => ({ schema, name: schema.name })))('$name', ({ schema }) => {
  test.each(range(schema.minVersion, schema.maxVersion))('version %i: what is encoded is decoded', (version) => {
    fc.assert(fc.property(messageAt(schema.fields, version), fc.nat(), (value, cut) => {
      const encoded = encodeMessage(schema as never, version, value as never);
      expect(encoded.readInt16BE(0)).toBe(version);
      expect(decodeMessage(schema as never, encoded)).toEqual({ version, value });
      expectProtocolError(() => decodeMessage(schema as never, encoded.subarray(0, cut % encoded.length)), 'MALFORMED');
    }), RUNS);
  });
});

describe('FrameReader', () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)), { maxLength: 8 });
  const MAX_BYTES = 50;

  test('gives the same frames however the stream is cut, and holds no more than its bound', () => {
    fc.assert(fc.property(frames, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.flatMap((frame) => [int32(frame.length), frame]));
      const reader = new FrameReader(MAX_BYTES);
      const received: Buffer[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = cuts[i % cuts.length]!;
        received.push(...reader.push(stream.subarray(at, at + size)).map((frame) => Buffer.from(frame)));
        expect(reader.heldBytes).toBeLessThanOrEqual(MAX_BYTES + 4);
        at += size;
      }
      expect(received).toEqual(sent);
      expect(reader.heldBytes).toBe(0);
    }));
  });

  test('refuses a size out of bounds', () => {
    fc.assert(fc.property(fc.oneof(fc.integer({ min: MAX_BYTES + 1 }), fc.integer({ max: -1 })), (size) => {
      expectProtocolError(() => new FrameReader(MAX_BYTES).push(int32(size)), 'MALFORMED');
    }));
  });
});

function unframed(chunks: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(chunks);
  expect(whole.readInt32BE(0)).toBe(whole.length - 4);
  return whole.subarray(4);
}

function changed(frame: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(frame);
  copy[at % copy.length] = byte;
  return copy;
}

function expectProtocolError(run: () => unknown, code: string): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as ProtocolError).code).toBe(code);
    return;
  }
  expect.fail(`no ${code}`);
}

function expectOnlyProtocolError(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
