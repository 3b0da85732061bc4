/** Zigzag varints of the record format, within 53 bits: a timestamp delta beyond that is no time. */
import { assert } from '../../runtime/assert.ts';
import { malformed } from './reader.ts';
import type { Reader } from './reader.ts';

const MAX_BYTES = 8;

/** Throws ProtocolError MALFORMED. */
export function readVarint(reader: Reader): number {
  let zigzag = 0;
  for (let i = 0, unit = 1; i < MAX_BYTES; i++, unit *= 0x80) {
    const byte = reader.buffer[reader.take(1)]!;
    zigzag += (byte & 0x7f) * unit;
    if (zigzag > Number.MAX_SAFE_INTEGER) break;
    if (byte < 0x80) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
  throw malformed(`varint before ${reader.at} is longer than 53 bits`);
}

export class VarintWriter {
  private buffer: Buffer;
  private at: number;

  /** Leaves `reserveBytes` at the front for the caller to fill. */
  constructor(reserveBytes: number) {
    this.buffer = Buffer.allocUnsafe(reserveBytes + 128);
    this.at = reserveBytes;
  }

  finish(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  /** Begins anew in the same memory: what `finish` gave must have been copied. */
  clear(): void {
    this.at = 0;
  }

  byte(value: number): void {
    this.room(1);
    this.buffer[this.at++] = value;
  }

  varint(value: number): void {
    let zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
    assert(Number.isSafeInteger(zigzag), `${value} does not fit a varint of 53 bits`);
    this.room(MAX_BYTES);
    while (zigzag > 0x7f) {
      this.buffer[this.at++] = zigzag % 0x80 | 0x80;
      zigzag = Math.floor(zigzag / 0x80);
    }
    this.buffer[this.at++] = zigzag;
  }

  bytes(value: Buffer | null): void {
    this.varint(value === null ? -1 : value.length);
    if (value === null) return;
    this.room(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  private room(sizeBytes: number): void {
    if (this.at + sizeBytes <= this.buffer.length) return;
    const next = Buffer.allocUnsafe(2 * (this.at + sizeBytes));
    this.buffer.copy(next, 0, 0, this.at);
    this.buffer = next;
  }
}
