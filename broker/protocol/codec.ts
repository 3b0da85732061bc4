/**
 * Turns one message table at one version into an encoder and a decoder. They are generated as source, one function a
 * struct, because an interpreter of the table takes about three times as long; a table is compiled when first used.
 */
import { emitDecoder, emitEncoder } from './emit.ts';
import type { Reader } from './reader.ts';
import type { Fields, Schema } from './schema.ts';
import type { Writer } from './writer.ts';

export interface Codec {
  encode(writer: Writer, value: unknown): void;
  decode(reader: Reader): unknown;
}

const codecs = new WeakMap<Fields, Codec[]>();

/** The caller has checked that the schema has this version. */
export function codecOf(schema: Schema, version: number): Codec {
  let versions = codecs.get(schema.fields);
  if (versions === undefined) codecs.set(schema.fields, versions = []);
  return versions[version] ??= compile(schema, version);
}

function compile(schema: Schema, version: number): Codec {
  const flexible = version >= schema.flexibleFrom;
  return {
    encode: evaluate(emitEncoder(schema.fields, version, flexible), `${schema.name}.v${version}.encode`) as Codec['encode'],
    decode: evaluate(emitDecoder(schema.fields, version, flexible), `${schema.name}.v${version}.decode`) as Codec['decode'],
  };
}

/** The source URL makes a stack trace name the message, and its line the field. */
function evaluate(emitted: { readonly source: string; readonly constants: readonly unknown[] }, name: string): unknown {
  return new Function('constants', `${emitted.source}\n//# sourceURL=wavetank/${name}.js`)(emitted.constants);
}
