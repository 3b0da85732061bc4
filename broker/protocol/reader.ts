/**
 * Reads wire primitives from one frame. Every read is checked against the end of the frame, and no length that the
 * other side claims is trusted before it: a bad frame raises ProtocolError and costs no more memory than its bytes.
 */
import { ProtocolError } from './protocol-error.ts';

/** Longest string of the protocol, of either encoding. */
const STRING_BYTES_MAX = 0x7fff;
/** So few that they cannot exceed it, whatever they are. */
const SHORT_STRING_CHARS = STRING_BYTES_MAX / 3;
/** Array elements of one message, all together: an element may cost a hundred times its bytes. */
const ELEMENTS_MAX = 250_000;

export class Reader {
  private elements = 0;

  constructor(readonly buffer: Buffer, public at = 0, readonly end = buffer.length) {}

  get remaining(): number {
    return this.end - this.at;
  }

  /** Moves over `sizeBytes` and returns where they begin. */
  take(sizeBytes: number): number {
    const at = this.at;
    if (sizeBytes > this.end - at) this.short(sizeBytes);
    this.at = at + sizeBytes;
    return at;
  }

  bool(): boolean {
    return this.buffer[this.take(1)] !== 0;
  }

  int8(): number {
    return this.buffer[this.take(1)]! << 24 >> 24;
  }

  int16(): number {
    const at = this.take(2);
    return (this.buffer[at]! << 24 | this.buffer[at + 1]! << 16) >> 16;
  }

  int32(): number {
    const at = this.take(4);
    const b = this.buffer;
    return b[at]! << 24 | b[at + 1]! << 16 | b[at + 2]! << 8 | b[at + 3]!;
  }

  int64(): number {
    const high = this.int32();
    const value = high * 0x1_0000_0000 + (this.int32() >>> 0);
    if (!Number.isSafeInteger(value)) throw malformed(`int64 at ${this.at - 8} is beyond 2^53`);
    return value;
  }

  /** Unsigned, at most 32 bits (KIP-482). */
  uvarint(): number {
    let value = this.buffer[this.take(1)]!;
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.buffer[this.take(1)]!;
      if (shift === 28 && byte > 0x0f) break;
      value = (value | (byte & 0x7f) << shift) >>> 0;
      if (byte < 0x80) return value;
    }
    throw malformed(`varint before ${this.at} is longer than 32 bits`);
  }

  uuid(): Buffer {
    const at = this.take(16);
    return this.buffer.subarray(at, at + 16);
  }

  string(nullable: boolean): string | null {
    return this.text(this.int16(), nullable);
  }

  compactString(nullable: boolean): string | null {
    return this.text(this.uvarint() - 1, nullable);
  }

  bytes(nullable: boolean): Buffer | null {
    return this.slice(this.int32(), nullable);
  }

  compactBytes(nullable: boolean): Buffer | null {
    return this.slice(this.uvarint() - 1, nullable);
  }

  /** Number of elements, -1 for null. `minBytes` is the least that one element takes on the wire. */
  arrayLength(nullable: boolean, minBytes: number): number {
    return this.length(this.int32(), nullable, minBytes);
  }

  compactArrayLength(nullable: boolean, minBytes: number): number {
    return this.length(this.uvarint() - 1, nullable, minBytes);
  }

  /** Where the value of tag `tag` ends. Tags come in ascending order, each at most once (KIP-482). */
  tagEnd(tag: number, previous: number): number {
    if (tag <= previous) throw malformed(`tag ${tag} after tag ${previous}`);
    const size = this.uvarint();
    const at = this.take(size);
    this.at = at;
    return at + size;
  }

  tagDone(end: number): void {
    if (this.at !== end) throw malformed(`tagged field ends at ${this.at} instead of ${end}`);
  }

  skipTags(): void {
    const count = this.uvarint();
    for (let i = 0, previous = -1; i < count; i++) {
      const tag = this.uvarint();
      this.at = this.tagEnd(tag, previous);
      previous = tag;
    }
  }

  /** A message that goes on after its last field is as wrong as one that stops before it. */
  done(): void {
    if (this.at !== this.end) throw malformed(`${this.end - this.at} bytes follow the message`);
  }

  /** Apart, so that `take` stays small enough to be inlined into every read. */
  private short(sizeBytes: number): never {
    throw malformed(`${sizeBytes} bytes wanted at ${this.at}, the frame ends at ${this.end}`);
  }

  private text(length: number, nullable: boolean): string | null {
    if (length < 0) return this.nothing(length, nullable);
    const at = this.take(length);
    if (length === 0) return '';
    const text = this.buffer.toString('utf8', at, at + length);
    // Also what is no UTF-8 must be within Kafka's bound once it is text: it will be told back.
    if (text.length > SHORT_STRING_CHARS && Buffer.byteLength(text) > STRING_BYTES_MAX) throw malformed(`string of more than ${STRING_BYTES_MAX} bytes before ${this.at}`);
    return text;
  }

  private slice(length: number, nullable: boolean): Buffer | null {
    if (length < 0) return this.nothing(length, nullable);
    const at = this.take(length);
    return this.buffer.subarray(at, at + length);
  }

  private length(length: number, nullable: boolean, minBytes: number): number {
    if (length < 0) this.nothing(length, nullable);
    else if ((this.elements += length) > ELEMENTS_MAX) throw malformed(`more than ${ELEMENTS_MAX} array elements at ${this.at}`);
    else if (length * minBytes > this.end - this.at) throw malformed(`array of ${length} at ${this.at}, ${this.end - this.at} bytes remain`);
    return length;
  }

  private nothing(length: number, nullable: boolean): null {
    if (length !== -1) throw malformed(`length ${length} before ${this.at}`);
    if (!nullable) throw malformed(`null before ${this.at} where this version has none`);
    return null;
  }
}

export function malformed(message: string): ProtocolError {
  return new ProtocolError('MALFORMED', message);
}
