/** Requests as frames: header, then body. A frame here is what FrameReader gives: without its four bytes of size. */
import { assert } from '../../runtime/assert.ts';
import { apiByKey, apis } from './apis.ts';
import type { Api, ApiName, RequestInit, RequestOf } from './apis.ts';
import { codecOf } from './codec.ts';
import { ProtocolError } from './protocol-error.ts';
import type { RequestHeader } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** Tell them apart by `api`; `body` narrows with it. */
export type DecodedRequest = { readonly [N in ApiName]: {
  readonly api: N;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly body: RequestOf<N>;
} }[ApiName];

/** Throws ProtocolError: MALFORMED, or UNSUPPORTED_API and UNSUPPORTED_VERSION with the header, so that they can be answered. */
export function decodeRequest(frame: Buffer): DecodedRequest {
  const header = decodeRequestHeader(frame);
  const name = apiByKey(header.apiKey);
  if (name === undefined) throw new ProtocolError('UNSUPPORTED_API', `API key ${header.apiKey}`, header);
  const api: Api = apis[name];
  const version = header.apiVersion;
  if (version < api.minVersion || version > api.maxVersion) {
    throw new ProtocolError('UNSUPPORTED_VERSION', `${name} version ${version}, served are ${api.minVersion} to ${api.maxVersion}`, header);
  }
  const reader = new Reader(frame, header.bodyOffset);
  const body = decodeBody(api, version, reader, header);
  return { api: name, version, correlationId: header.correlationId, clientId: header.clientId, body } as DecodedRequest;
}

/** The client id is an int16-prefixed string even in the flexible header. Throws ProtocolError MALFORMED. */
export function decodeRequestHeader(frame: Buffer): RequestHeader {
  const reader = new Reader(frame);
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const clientId = reader.string(true);
  const name = apiByKey(apiKey);
  if (name !== undefined && apiVersion >= apis[name].flexibleFrom) reader.skipTags();
  return { apiKey, apiVersion, correlationId, clientId, bodyOffset: reader.at };
}

/** With the four bytes of size first. */
export function encodeRequest<N extends ApiName>(name: N, version: number, correlationId: number, clientId: string | null, body: RequestInit<N>): Buffer[] {
  const api: Api = apis[name];
  assert(version >= api.minVersion && version <= api.maxVersion, `${name} has no version ${version}`);
  const writer = new Writer();
  writer.int32(0);
  writer.int16(api.key);
  writer.int16(version);
  writer.int32(correlationId);
  writer.string(clientId, true);
  if (version >= api.flexibleFrom) writer.uvarint(0);
  codecOf(api.request, version).encode(writer, body);
  return writer.finishFrame();
}

function decodeBody(api: Api, version: number, reader: Reader, header: RequestHeader): unknown {
  try {
    // Bytes after the message are let be, as Kafka does: librdkafka's Metadata request for all topics ends with three of them.
    return codecOf(api.request, version).decode(reader);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ProtocolError(error.code, `${api.name} version ${version}: ${error.message}`, header);
  }
}
