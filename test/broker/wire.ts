/** One connection to a broker, as a client of any manners may use it: whole requests, or bytes as they come. */
import { decodeResponse, encodeRequest, FrameReader, type ApiName, type RequestInit, type ResponseOf } from '../../broker/protocol/index.ts';
import type { Address, Connection, Runtime } from '../../runtime/index.ts';

const CONNECT_MS = 5_000;
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

export class Wire {
  /** Answers that nobody has taken yet. */
  readonly frames: Buffer[] = [];
  closed = false;
  private readonly reader = new FrameReader(ANSWER_BYTES_MAX);
  private wake: (() => void) | undefined;
  private correlationId = 0;

  private constructor(readonly connection: Connection) {
    connection.onData = (chunk) => {
      this.frames.push(...this.reader.push(chunk).map((frame) => Buffer.from(frame)));
      this.notice();
    };
    connection.onClose = () => {
      this.closed = true;
      this.notice();
    };
  }

  static async open(network: Runtime['network'], address: Address): Promise<Wire> {
    return new Wire(await network.connect(address, CONNECT_MS));
  }

  /** Sends one request and takes the next answer. Rejects when the broker closes instead. */
  async ask<N extends ApiName>(api: N, version: number, body: RequestInit<N>): Promise<ResponseOf<N>> {
    const correlationId = this.send(api, version, body);
    const frame = await this.next();
    if (frame === undefined) throw new Error(`closed instead of an answer to ${api} ${version}`);
    const answer = decodeResponse(api, version, frame);
    if (answer.correlationId !== correlationId) throw new Error(`answer ${answer.correlationId} to request ${correlationId}`);
    return answer.body;
  }

  /** Sends without waiting; returns the correlation id. */
  send<N extends ApiName>(api: N, version: number, body: RequestInit<N>): number {
    this.correlationId += 1;
    this.write(Buffer.concat(encodeRequest(api, version, this.correlationId, 'test', body)));
    return this.correlationId;
  }

  write(bytes: Buffer): void {
    this.connection.write([bytes]);
  }

  /** The next answer, or undefined once the broker has closed. */
  async next(): Promise<Buffer | undefined> {
    while (this.frames.length === 0 && !this.closed) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.frames.shift();
  }

  /** Resolves when the broker has closed, with how many answers came before. */
  async end(): Promise<number> {
    while (!this.closed) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.frames.length;
  }

  private notice(): void {
    this.wake?.();
    this.wake = undefined;
  }
}
