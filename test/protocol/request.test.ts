/** Frames byte by byte, where the rules are irregular: headers, versions that are not served, tags, nulls. */
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../runtime/index.ts';
import { ErrorCode, ProtocolError, apis, decodeRequest, decodeRequestHeader, decodeResponse, encodeRequest, encodeResponse, errorName } from '../../broker/protocol/index.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('request headers', () => {
  test('the client id is not compact in a flexible header, and tags follow it', () => {
    const [frame] = encodeRequest('ApiVersions', 3, 9, 'ab', { clientSoftwareName: 'x', clientSoftwareVersion: '1' });
    expect(frame).toEqual(hex('00000012 0012 0003 00000009 0002 6162 00 02 78 02 31 00'));
  });

  test('unknown tags are skipped, in the header and in the body', () => {
    const decoded = decodeRequest(hex('0012 0003 00000009 ffff 02 00 01 aa 07 02 bbbb  02 78 02 31 01 05 03 cccccc'));
    expect(decoded).toEqual({ api: 'ApiVersions', version: 3, correlationId: 9, clientId: null, body: { clientSoftwareName: 'x', clientSoftwareVersion: '1' } });
  });

  test('a tag given twice, and one that is longer than the frame, are malformed', () => {
    expect(codeOf(() => decodeRequest(hex('0012 0003 00000009 ffff 02 03 00 03 00  02 78 02 31 00')))).toBe('MALFORMED');
    expect(codeOf(() => decodeRequest(hex('0012 0003 00000009 ffff 00  02 78 02 31 01 05 ffffffff0f')))).toBe('MALFORMED');
  });

  test('an ApiVersions version from the future carries the header, so that it can be answered', () => {
    const error = thrownBy(() => decodeRequest(hex('0012 0004 0000002a 0001 63 00 02 78 02 31 00')));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION', header: { apiKey: 18, apiVersion: 4, correlationId: 42, clientId: 'c' } });
    const answer = Buffer.concat(encodeResponse('ApiVersions', 0, 42, { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] }));
    expect(answer).toEqual(hex('00000010 0000002a 0023 00000001 0012 0000 0003'));
  });

  test('an API that is not served, and versions below and above', () => {
    expect(thrownBy(() => decodeRequest(hex('03e7 0000 00000001 ffff')))).toMatchObject({ code: 'UNSUPPORTED_API', header: { apiKey: 999, correlationId: 1 } });
    expect(codeOf(() => decodeRequest(hex('0001 0003 00000001 ffff')))).toBe('UNSUPPORTED_VERSION');
    expect(codeOf(() => decodeRequest(hex('0001 ffff 00000001 ffff')))).toBe('UNSUPPORTED_VERSION');
    expect(codeOf(() => decodeRequest(hex('0001 0003 0000')))).toBe('MALFORMED');
  });

  test('bytes after the message are let be: librdkafka 2.16 asks for all topics with three of them', () => {
    const decoded = decodeRequest(hex('0003 000c 00000003 0007 72646b61666b61 00  00 00 00 00 01 00 00'));
    expect(decoded).toMatchObject({ api: 'Metadata', version: 12, clientId: 'rdkafka', body: { topics: null } });
  });

  test('the header alone', () => {
    expect(decodeRequestHeader(hex('0003 0009 00000007 0001 63 00 aabb'))).toEqual({ apiKey: 3, apiVersion: 9, correlationId: 7, clientId: 'c', bodyOffset: 12 });
  });
});

describe('response headers', () => {
  test('flexible ones have tags, those of ApiVersions never', () => {
    expect(Buffer.concat(encodeResponse('Heartbeat', 4, 1, { errorCode: 0 }))).toEqual(hex('0000000c 00000001 00 00000000 0000 00'));
    expect(Buffer.concat(encodeResponse('Heartbeat', 3, 1, { errorCode: 0 }))).toEqual(hex('0000000a 00000001 00000000 0000'));
    expect(Buffer.concat(encodeResponse('ApiVersions', 3, 1, { errorCode: 0, apiKeys: [] }))).toEqual(hex('0000000c 00000001 0000 01 00000000 00'));
  });
});

describe('fields', () => {
  test('a tagged field is on the wire only when it says something', () => {
    const partition = { index: 0, errorCode: 6, baseOffset: -1 };
    const size = (currentLeader?: object): number => Buffer.concat(encodeResponse('Produce', 10, 1, { responses: [{ name: 't', partitionResponses: [{ ...partition, currentLeader } as never] }] })).length;
    expect(size()).toBe(size({ leaderId: -1, leaderEpoch: -1 }));
    expect(size({ leaderId: 2, leaderEpoch: 5 })).toBe(size() + 2 + 9);
    const frame = Buffer.concat(encodeResponse('Produce', 10, 1, { responses: [{ name: 't', partitionResponses: [{ ...partition, currentLeader: { leaderId: 2, leaderEpoch: 5 } }] }] })).subarray(4);
    expect(decodeResponse('Produce', 10, frame).body.responses[0]!.partitionResponses[0]!.currentLeader).toEqual({ leaderId: 2, leaderEpoch: 5 });
  });

  test('Metadata: null asks for all topics from version 1 on; version 0 asks with an empty list', () => {
    expect(decodeRequest(hex('0003 0001 00000001 ffff ffffffff')).body).toMatchObject({ topics: null });
    expect(decodeRequest(hex('0003 0000 00000001 ffff 00000000')).body).toMatchObject({ topics: [], allowAutoTopicCreation: true });
    expect(codeOf(() => decodeRequest(hex('0003 0000 00000001 ffff ffffffff')))).toBe('MALFORMED');
  });

  test('null where the version has none goes out as empty', () => {
    const body = { errorCode: 25, protocolName: null, leader: '', memberId: 'm', members: [] };
    const at = (version: number): string | null => decodeResponse('JoinGroup', version, Buffer.concat(encodeResponse('JoinGroup', version, 1, body)).subarray(4)).body.protocolName;
    expect([at(6), at(7)]).toEqual(['', null]);
  });

  test('an array cannot claim more elements than bytes remain', () => {
    expect(codeOf(() => decodeRequest(hex('0003 0001 00000001 ffff 7fffffff')))).toBe('MALFORMED');
    expect(codeOf(() => decodeRequest(hex('0003 0009 00000001 ffff 00 ffffffff0f')))).toBe('MALFORMED');
  });

  test('an int64 beyond 2^53 is malformed', () => {
    expect(codeOf(() => decodeRequest(hex('0016 0003 00000001 ffff 00 00 00000001 7fffffffffffffff 0000 00')))).toBe('MALFORMED');
  });

  test('what does not fit, or is missing, is a bug of ours', () => {
    expect(() => encodeResponse('Heartbeat', 0, 1, { errorCode: 40000 })).toThrow(AssertionError);
    expect(() => encodeResponse('Heartbeat', 0, 1, {} as never)).toThrow('errorCode');
    expect(() => encodeResponse('Heartbeat', 99, 1, { errorCode: 0 })).toThrow(AssertionError);
    expect(() => encodeRequest('OffsetFetch', 1, 1, 'c', { groupId: 'g'.repeat(40000) })).toThrow(AssertionError);
  });
});

test('the table of APIs names each key once', () => {
  const keys = Object.values(apis).map((api) => api.key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const [name, api] of Object.entries(apis)) expect(api.name).toBe(name);
});

test('error names', () => {
  expect(errorName(ErrorCode.NOT_LEADER_OR_FOLLOWER)).toBe('NOT_LEADER_OR_FOLLOWER');
  expect(errorName(-1)).toBe('UNKNOWN_SERVER_ERROR');
  expect(errorName(7777)).toBe('ERROR_7777');
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function codeOf(run: () => unknown): string | undefined {
  const error = thrownBy(run);
  expect(error).toBeInstanceOf(ProtocolError);
  return (error as ProtocolError).code;
}
