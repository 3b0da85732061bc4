/** Arbitrary messages, derived from the message tables themselves: a field added there is tested without being named here. */
import fc from 'fast-check';
import { inRange } from '../../broker/protocol/schema.ts';
import type { Field, Fields, ScalarType } from '../../broker/protocol/schema.ts';

/** Values as they are decoded at `version`: fields that it lacks have their defaults. */
export function messageAt(fields: Fields, version: number): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueAt(field, version)])), { noNullPrototype: true });
}

function valueAt(field: Field, version: number): fc.Arbitrary<unknown> {
  if (!inRange(field.versions, version)) return fc.constant(field.type === 'struct' ? defaults(field.element as Fields) : field.default);
  const value = plainAt(field, version);
  return inRange(field.nullable, version) ? fc.option(value, { nil: null, freq: 4 }) : value;
}

function plainAt(field: Field, version: number): fc.Arbitrary<unknown> {
  if (field.type === 'struct') return messageAt(field.element as Fields, version);
  if (field.type !== 'array') return scalars[field.type];
  const element = field.element!;
  return fc.array(typeof element === 'string' ? scalars[element] : messageAt(element, version), { maxLength: 3 });
}

function defaults(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default]));
}

const buffer = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

const scalars: Readonly<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  int32: fc.integer(),
  int64: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 2 }), fc.constantFrom(Number.MIN_SAFE_INTEGER, 2 ** 32, -(2 ** 32))),
  string: fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 5 }), fc.string({ minLength: 120, maxLength: 200 })),
  bytes: buffer,
  records: buffer,
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
};
