/**
 * Records that can be told apart and that prove they are whole: `<id>|<checksum>|<padding>`, where everything after the id
 * follows from the id, the key and the length. Whoever reads one can say what it must look like.
 */
import type { PolledRecord, ValueId } from '../../runtime/index.ts';

export interface OutgoingRecord {
  readonly key: string | null;
  readonly value: string;
  readonly partition: number;
  readonly headers: { readonly from: string };
}

export function outgoingRecord(id: ValueId, process: string, key: string | null, partition: number, sizeBytes: number): OutgoingRecord {
  return { key, value: encodeValue(id, key, sizeBytes), partition, headers: { from: process } };
}

/** `id` of the nth record of a process: `p1-000123`. */
export function valueId(process: string, n: number): ValueId {
  return `${process}-${String(n).padStart(6, '0')}`;
}

/** A record as kafkajs hands it over. */
export interface IncomingRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
}

export function polledRecord(message: IncomingRecord): PolledRecord {
  const text = message.value === null ? '' : message.value.toString('latin1');
  const end = text.indexOf('|');
  const value = end < 0 ? text : text.slice(0, end);
  const key = message.key === null ? null : message.key.toString('latin1');
  const from = message.headers?.['from'];
  const intact = end >= 0 && text === encodeValue(value, key, text.length) && from !== undefined && value.startsWith(`${String(from)}-`);
  return { offset: Number(message.offset), value, intact };
}

function encodeValue(id: ValueId, key: string | null, sizeBytes: number): string {
  const checksum = fnv1a(key === null ? id : `${id}/${key}`);
  const head = `${id}|${checksum.toString(16).padStart(8, '0')}|`;
  const missing = sizeBytes - head.length;
  return missing > 0 ? head + PADDING.slice(checksum % 64, (checksum % 64) + missing).padEnd(missing, '.') : head;
}

/** 32-bit FNV-1a: spreads keys over partitions and marks values; not meant to resist anybody. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

const PADDING = 'the quick brown fox jumps over the lazy dog and swims back home '.repeat(64);
