/** Messages that stand alone, led by their version as an int16: records of `__consumer_offsets`, subscriptions, assignments. */
import { assert } from '../../runtime/assert.ts';
import { codecOf } from './codec.ts';
import { GroupMetadataKey, OffsetCommitKey } from './messages/stored.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import type { Fields, InitOf, Schema, ValueOf } from './schema.ts';
import { Writer } from './writer.ts';

export function encodeMessage<F extends Fields>(schema: Schema<F>, version: number, value: InitOf<F>): Buffer {
  assert(version >= schema.minVersion && version <= schema.maxVersion, `${schema.name} has no version ${version}`);
  const writer = new Writer();
  writer.int16(version);
  codecOf(schema, version).encode(writer, value);
  return Buffer.concat(writer.finish());
}

/** Throws ProtocolError: UNSUPPORTED_VERSION, MALFORMED. Bytes of the result are slices of `buffer`. */
export function decodeMessage<F extends Fields>(schema: Schema<F>, buffer: Buffer): { readonly version: number; readonly value: ValueOf<F> } {
  const reader = new Reader(buffer);
  const version = reader.int16();
  if (version < schema.minVersion || version > schema.maxVersion) {
    throw new ProtocolError('UNSUPPORTED_VERSION', `${schema.name} version ${version}, known are ${schema.minVersion} to ${schema.maxVersion}`);
  }
  const value = codecOf(schema, version).decode(reader) as ValueOf<F>;
  reader.done();
  return { version, value };
}

/**
 * A key in `__consumer_offsets`: its version tells what kind of record it is. A kind from the future is not an error:
 * a coordinator skips what it does not know. Throws ProtocolError MALFORMED.
 */
export function decodeGroupKey(key: Buffer): GroupKey {
  const version = new Reader(key).int16();
  if (version >= OffsetCommitKey.minVersion && version <= OffsetCommitKey.maxVersion) {
    return { kind: 'offset', ...decodeMessage(OffsetCommitKey, key).value };
  }
  if (version === GroupMetadataKey.minVersion) return { kind: 'group', ...decodeMessage(GroupMetadataKey, key).value };
  return { kind: 'unknown', version };
}

export type GroupKey =
  | { readonly kind: 'offset'; readonly group: string; readonly topic: string; readonly partition: number }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'unknown'; readonly version: number };
