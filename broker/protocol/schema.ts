/**
 * The language of the message tables. A message is an object of fields, each with the versions it exists in;
 * the TypeScript types of what is decoded and of what may be encoded follow from it, so a table is written once.
 * Nothing here reads or writes bytes: see codec.ts.
 */
export interface Schema<F extends Fields = Fields> {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version with compact lengths and tagged fields (KIP-482); Infinity when there is none. */
  readonly flexibleFrom: number;
  readonly fields: F;
}

export type Fields = { readonly [name: string]: Field };

export interface Field<Value = unknown, Init = unknown, Optional extends boolean = boolean> {
  readonly type: FieldType;
  readonly versions: VersionRange;
  readonly nullable: VersionRange | undefined;
  /** What a version without this field decodes to, and what is written when it is left out. */
  readonly default: unknown;
  /** Must be given on encoding: it is in every version and has no default. */
  readonly required: boolean;
  /** Set for tagged fields; these are left off the wire when they equal the default. */
  readonly tag: number | undefined;
  /** Element of an array: a scalar's name or the fields of a struct. */
  readonly element: ScalarType | Fields | undefined;
  /** For the compiler only; never there at run time. */
  readonly types?: { readonly value: Value; readonly init: Init; readonly optional: Optional };
}

export type ScalarType = keyof ScalarValues;
export type FieldType = ScalarType | 'array' | 'struct';

interface ScalarValues {
  readonly bool: boolean;
  readonly int8: number;
  readonly int16: number;
  readonly int32: number;
  readonly int64: number;
  readonly string: string;
  readonly bytes: Buffer;
  readonly records: Buffer;
  readonly uuid: Buffer;
}

/** As decoded: every field is there. */
export type ValueOf<F extends Fields> = { readonly [K in keyof F]: Types<F[K]>['value'] };

/** As encoded: a field that has a default, or is not in every version, may be left out. */
export type InitOf<F extends Fields> = Flat<
  { readonly [K in keyof F as Types<F[K]>['optional'] extends true ? never : K]: Types<F[K]>['init'] }
  & { readonly [K in keyof F as Types<F[K]>['optional'] extends true ? K : never]?: Types<F[K]>['init'] | undefined }
>;

type Types<F extends Field> = NonNullable<F['types']>;
type Flat<T> = { [K in keyof T]: T[K] };

/** `4+`, `0-7` or `2`. */
export type Versions = `${number}+` | `${number}-${number}` | `${number}`;
export interface VersionRange {
  readonly first: number;
  readonly last: number;
}

interface Options<T> {
  readonly nullable?: Versions;
  readonly default?: T | null;
  readonly tag?: number;
}
type NoOptions = Record<never, never>;
type OrNull<T, O> = O extends { readonly nullable: string } ? T | null : T;
type MayOmit<V, O> = V extends '0+' ? (O extends { readonly default: unknown } ? true : false) : true;

type ElementValue<E> = E extends ScalarType ? ScalarValues[E] : E extends Fields ? ValueOf<E> : never;
type ElementInit<E> = E extends ScalarType ? ScalarValues[E] : E extends Fields ? InitOf<E> : never;

export const bool = scalar('bool', false);
export const int8 = scalar('int8', 0);
export const int16 = scalar('int16', 0);
export const int32 = scalar('int32', 0);
/** A Number, refused on the wire when it is not a safe integer: offsets and ids never get there. */
export const int64 = scalar('int64', 0);
export const string = scalar('string', '');
/** A slice of the frame, not a copy. */
export const bytes = scalar('bytes', Buffer.alloc(0));
/** 16 bytes. */
export const uuid = scalar('uuid', Buffer.alloc(16));

/** Record batches, opaque. Decoded as a slice of the frame; may be encoded from many pieces, none of which is copied. */
export function records<const V extends Versions, const O extends Options<null> = NoOptions>(
  versions: V, options?: O,
): Field<OrNull<Buffer, O>, OrNull<Buffer | readonly Buffer[], O>, MayOmit<V, O>> {
  return field('records', versions, options ?? {}, Buffer.alloc(0));
}

export function array<const V extends Versions, const E extends ScalarType | Fields, const O extends Options<null> = NoOptions>(
  versions: V, element: E, options?: O,
): Field<OrNull<readonly ElementValue<E>[], O>, OrNull<readonly ElementInit<E>[], O>, MayOmit<V, O>> {
  return field('array', versions, options ?? {}, [], element);
}

export function struct<const V extends Versions, const E extends Fields>(
  versions: V, fields: E, options: { readonly tag: number },
): Field<ValueOf<E>, InitOf<E>, MayOmit<V, NoOptions>> {
  return field('struct', versions, options, undefined, fields);
}

export function schema<const F extends Fields>(name: string, versions: Versions, flexibleFrom: number, fields: F): Schema<F> {
  const { first, last } = parseVersions(versions);
  return { name, minVersion: first, maxVersion: last, flexibleFrom, fields };
}

export function inRange(range: VersionRange | undefined, version: number): boolean {
  return range !== undefined && version >= range.first && version <= range.last;
}

function scalar<T extends ScalarType>(type: T, zero: ScalarValues[T]) {
  return <const V extends Versions, const O extends Options<ScalarValues[T]> = NoOptions>(
    versions: V, options?: O,
  ): Field<OrNull<ScalarValues[T], O>, OrNull<ScalarValues[T], O>, MayOmit<V, O>> => field(type, versions, options ?? {}, zero);
}

function field(type: FieldType, versions: Versions, options: Options<unknown>, zero: unknown, element?: ScalarType | Fields): Field<never, never, never> {
  return {
    type,
    versions: parseVersions(versions),
    nullable: options.nullable === undefined ? undefined : parseVersions(options.nullable),
    default: options.default === undefined ? zero : options.default,
    required: versions === '0+' && options.default === undefined,
    tag: options.tag,
    element,
  };
}

function parseVersions(versions: Versions): VersionRange {
  const [first, last] = versions.split('-');
  if (first!.endsWith('+')) return { first: Number(first!.slice(0, -1)), last: Infinity };
  return { first: Number(first), last: Number(last ?? first) };
}
