/**
 * Cuts a byte stream into frames by their four bytes of size. It believes a size only as far as bytes have come: the
 * buffer for a frame that is under way grows with what was received, so a claim of 100 MB costs nothing.
 */
import { ProtocolError } from './protocol-error.ts';

const SIZE_BYTES = 4;
const FIRST_BUFFER_BYTES = 4096;

export class FrameReader {
  private readonly maxBytes: number;
  private readonly size: Buffer = Buffer.alloc(SIZE_BYTES);
  private sizeHave = 0;
  /** The frame under way, when it did not come in one chunk. */
  private partial: Buffer | undefined;
  private partialHave = 0;

  /** `maxBytes` is the largest frame, without its size, that is accepted. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /**
   * Whole frames, without their sizes. One that lies within `chunk` is a slice of it.
   * Throws ProtocolError MALFORMED on a size below 0 or above the bound; the stream is then lost and must be closed.
   */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.sizeHave < SIZE_BYTES) {
        this.size[this.sizeHave++] = chunk[at++]!;
        if (this.sizeHave === SIZE_BYTES) this.checkSize();
        if (this.sizeHave < SIZE_BYTES || this.size.readInt32BE(0) > 0) continue;
      }
      const want = this.size.readInt32BE(0) - this.partialHave;
      const end = Math.min(at + want, chunk.length);
      const whole = end - at === want;
      if (whole && this.partial === undefined) frames.push(chunk.subarray(at, end));
      else this.keep(chunk, at, end);
      if (whole && this.partial !== undefined) frames.push(this.partial.subarray(0, this.partialHave));
      if (whole) this.reset();
      at = end;
    }
    return frames;
  }

  /** Bytes held for a frame that is not whole yet. */
  get heldBytes(): number {
    return this.sizeHave + (this.partial?.length ?? 0);
  }

  private checkSize(): void {
    const size = this.size.readInt32BE(0);
    if (size >= 0 && size <= this.maxBytes) return;
    this.sizeHave = 0;
    throw new ProtocolError('MALFORMED', `frame of ${size} bytes, at most ${this.maxBytes} are accepted`);
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    const have = this.partialHave + to - from;
    if (this.partial === undefined || have > this.partial.length) {
      const grown = Math.max(have, 2 * (this.partial?.length ?? 0), FIRST_BUFFER_BYTES);
      const next = Buffer.allocUnsafeSlow(Math.min(grown, this.size.readInt32BE(0)));
      this.partial?.copy(next, 0, 0, this.partialHave);
      this.partial = next;
    }
    chunk.copy(this.partial, this.partialHave, from, to);
    this.partialHave = have;
  }

  private reset(): void {
    this.sizeHave = 0;
    this.partial = undefined;
    this.partialHave = 0;
  }
}
