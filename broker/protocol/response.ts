/** Responses as frames: correlation id, then body. */
import { assert } from '../../runtime/assert.ts';
import { apis } from './apis.ts';
import type { Api, ApiName, ResponseInit, ResponseOf } from './apis.ts';
import { codecOf } from './codec.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** With the four bytes of size first. Chunks that came in as `records` go out as they are: they must not change before they are sent. */
export function encodeResponse<N extends ApiName>(name: N, version: number, correlationId: number, body: ResponseInit<N>): Buffer[] {
  const api: Api = apis[name];
  assert(version >= api.minVersion && version <= api.maxVersion, `${name} has no version ${version}`);
  const writer = new Writer();
  writer.int32(0);
  writer.int32(correlationId);
  if (hasHeaderTags(api, version)) writer.uvarint(0);
  codecOf(api.response, version).encode(writer, body);
  return writer.finishFrame();
}

/** `frame` is without its size. Throws ProtocolError MALFORMED. */
export function decodeResponse<N extends ApiName>(name: N, version: number, frame: Buffer): { readonly correlationId: number; readonly body: ResponseOf<N> } {
  const api: Api = apis[name];
  assert(version >= api.minVersion && version <= api.maxVersion, `${name} has no version ${version}`);
  const reader = new Reader(frame);
  const correlationId = reader.int32();
  if (hasHeaderTags(api, version)) reader.skipTags();
  const body = codecOf(api.response, version).decode(reader) as ResponseOf<N>;
  reader.done();
  return { correlationId, body };
}

/** An ApiVersions client does not yet know what the broker speaks, so that header never became flexible (KIP-511). */
function hasHeaderTags(api: Api, version: number): boolean {
  return version >= api.flexibleFrom && api !== apis.ApiVersions;
}
