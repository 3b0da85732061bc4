/**
 * Writes wire primitives into a list of chunks. Record batches are put in between as they are: they are the bulk of
 * the traffic and already lie in memory. What does not fit its type on the wire is a bug of ours, so it is asserted.
 */
import { assert } from '../../runtime/assert.ts';

const FIRST_CHUNK_BYTES = 256;
/** Shorter strings are cheaper to write here, byte by byte, than through the native call. */
const SHORT_STRING = 24;

export class Writer {
  private buffer: Buffer = Buffer.allocUnsafe(FIRST_CHUNK_BYTES);
  private start = 0;
  private at = 0;
  private flushedBytes = 0;
  private readonly chunks: Buffer[] = [];

  get sizeBytes(): number {
    return this.flushedBytes + this.at - this.start;
  }

  /** The chunks in order; the writer is spent. */
  finish(): Buffer[] {
    this.flush();
    return this.chunks;
  }

  /** As `finish`, with the number of bytes that follow it put into the first four. */
  finishFrame(): Buffer[] {
    const chunks = this.finish();
    chunks[0]!.writeInt32BE(this.flushedBytes - 4, 0);
    return chunks;
  }

  bool(value: boolean): void {
    const at = this.room(1);
    this.buffer[at] = value ? 1 : 0;
  }

  int8(value: number): void {
    if (value << 24 >> 24 !== value) unfit('int8', value);
    const at = this.room(1);
    this.buffer[at] = value;
  }

  int16(value: number): void {
    if (value << 16 >> 16 !== value) unfit('int16', value);
    const at = this.room(2);
    this.buffer[at] = value >> 8;
    this.buffer[at + 1] = value;
  }

  int32(value: number): void {
    if ((value | 0) !== value) unfit('int32', value);
    this.putInt32(value);
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) unfit('int64', value);
    this.putInt32(Math.floor(value / 0x1_0000_0000));
    this.putInt32(value | 0);
  }

  uvarint(value: number): void {
    let rest = value >>> 0;
    let at = this.room(5);
    while (rest > 0x7f) {
      this.buffer[at++] = rest | 0x80;
      rest >>>= 7;
    }
    this.buffer[at++] = rest;
    this.at = at;
  }

  uuid(value: Buffer): void {
    assert(value.length === 16, `uuid of ${value.length} bytes`);
    this.raw(value);
  }

  string(value: string | null, nullable: boolean): void {
    if (value === null) this.int16(nullable ? -1 : 0);
    else this.text(value, false);
  }

  compactString(value: string | null, nullable: boolean): void {
    if (value === null) this.uvarint(nullable ? 0 : 1);
    else this.text(value, true);
  }

  bytes(value: Buffer | null, nullable: boolean): void {
    this.int32(value === null ? (nullable ? -1 : 0) : value.length);
    if (value !== null) this.raw(value);
  }

  compactBytes(value: Buffer | null, nullable: boolean): void {
    this.uvarint(value === null ? (nullable ? 0 : 1) : value.length + 1);
    if (value !== null) this.raw(value);
  }

  records(value: Buffer | readonly Buffer[] | null, nullable: boolean): void {
    this.int32(value === null ? (nullable ? -1 : 0) : sizeOf(value));
    if (value !== null) this.pieces(value);
  }

  compactRecords(value: Buffer | readonly Buffer[] | null, nullable: boolean): void {
    this.uvarint(value === null ? (nullable ? 0 : 1) : sizeOf(value) + 1);
    if (value !== null) this.pieces(value);
  }

  arrayLength(value: readonly unknown[] | null, nullable: boolean): void {
    this.int32(value === null ? (nullable ? -1 : 0) : value.length);
  }

  compactArrayLength(value: readonly unknown[] | null, nullable: boolean): void {
    this.uvarint(value === null ? (nullable ? 0 : 1) : value.length + 1);
  }

  /** A tagged field: its size has to be known before its bytes. */
  tagged(tag: number, write: (value: Writer) => void): void {
    const value = new Writer();
    write(value);
    this.uvarint(tag);
    this.uvarint(value.sizeBytes);
    for (const chunk of value.finish()) this.raw(chunk);
  }

  private raw(value: Uint8Array): void {
    const at = this.room(value.length);
    this.buffer.set(value, at);
  }

  private text(value: string, compact: boolean): void {
    if (value.length <= SHORT_STRING && this.asciiText(value, compact)) return;
    const length = Buffer.byteLength(value);
    if (compact) this.uvarint(length + 1);
    else this.int16(length);
    const at = this.room(length);
    this.buffer.write(value, at, length, 'utf8');
  }

  private asciiText(value: string, compact: boolean): boolean {
    const length = value.length;
    const begin = this.room(length + 2);
    const buffer = this.buffer;
    let at = begin;
    if (!compact) buffer[at++] = 0;
    buffer[at++] = compact ? length + 1 : length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) {
        this.at = begin;
        return false;
      }
      buffer[at++] = code;
    }
    this.at = at;
    return true;
  }

  private pieces(value: Buffer | readonly Buffer[]): void {
    this.flush();
    for (const piece of Array.isArray(value) ? value as readonly Buffer[] : [value as Buffer]) {
      if (piece.length === 0) continue;
      this.chunks.push(piece);
      this.flushedBytes += piece.length;
    }
  }

  private putInt32(value: number): void {
    const at = this.room(4);
    const b = this.buffer;
    b[at] = value >> 24;
    b[at + 1] = value >> 16;
    b[at + 2] = value >> 8;
    b[at + 3] = value;
  }

  /** Where to write next. Ask before touching `buffer`: it may be another one afterwards. */
  private room(sizeBytes: number): number {
    const at = this.at;
    if (at + sizeBytes > this.buffer.length) return this.grow(sizeBytes);
    this.at = at + sizeBytes;
    return at;
  }

  private grow(sizeBytes: number): number {
    const used = this.at - this.start;
    const next = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, 2 * (used + sizeBytes)));
    this.buffer.copy(next, 0, this.start, this.at);
    this.buffer = next;
    this.start = 0;
    this.at = used + sizeBytes;
    return used;
  }

  private flush(): void {
    if (this.at === this.start) return;
    this.chunks.push(this.buffer.subarray(this.start, this.at));
    this.flushedBytes += this.at - this.start;
    this.start = this.at;
  }
}

function sizeOf(value: Buffer | readonly Buffer[]): number {
  if (!Array.isArray(value)) return (value as Buffer).length;
  let sizeBytes = 0;
  for (const piece of value as readonly Buffer[]) sizeBytes += piece.length;
  return sizeBytes;
}

function unfit(type: string, value: unknown): never {
  assert(false, `${String(value)} does not fit ${type}`);
}
