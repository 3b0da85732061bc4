/**
 * The front of the broker: frames in, handlers, frames out. Requests of one connection begin in order and are answered
 * in order, so that a pipelining producer keeps its order without waiting. What does not parse closes the connection.
 */
import type { Connection, NetworkError, Runtime } from '../runtime/index.ts';
import type { BrokerConfig } from './config.ts';
import { apis, decodeRequest, encodeResponse, ErrorCode, FrameReader, ProtocolError, type DecodedRequest } from './protocol/index.ts';

/** A client that does not read its answers is read no further beyond this. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024;

/** Answers one request with frames, or null when it wants no answer. */
export type Dispatch = (request: DecodedRequest, remote: string) => Promise<Buffer[] | null>;

export interface ServerOptions {
  readonly runtime: Runtime;
  readonly config: BrokerConfig;
  readonly dispatch: Dispatch;
  /** True while no more may be taken in. */
  readonly saturated: () => boolean;
}

export class Server {
  private readonly connections = new Set<ServedConnection>();

  constructor(private readonly options: ServerOptions) {}

  accept(connection: Connection): void {
    const served = new ServedConnection(connection, this.options, () => this.connections.delete(served));
    this.connections.add(served);
  }

  /** Room was made: read on where reading had stopped. */
  relieve(): void {
    for (const connection of this.connections) connection.readOn();
  }

  /** Takes in nothing more; what was begun is still answered. */
  stopReading(): void {
    for (const connection of this.connections) connection.stopReading();
  }

  close(): void {
    for (const connection of this.connections) connection.end();
  }
}

class ServedConnection {
  private readonly frames: FrameReader;
  private inFlight = 0;
  private paused = false;
  private closed = false;
  private stopped = false;
  /** Settles when everything before has been answered. */
  private answered: Promise<void> = Promise.resolve();

  constructor(private readonly connection: Connection, private readonly options: ServerOptions, private readonly onClosed: () => void) {
    this.frames = new FrameReader(options.config.requestMaxBytes);
    connection.onData = (chunk) => this.receive(chunk);
    connection.onClose = (error) => this.ended(error);
    connection.onDrain = () => this.readOn();
  }

  end(): void {
    this.closed = true;
    this.connection.end();
  }

  stopReading(): void {
    this.stopped = true;
    this.connection.pause();
  }

  readOn(): void {
    if (!this.paused || this.stopped || this.full()) return;
    this.paused = false;
    this.connection.resume();
  }

  private receive(chunk: Buffer): void {
    if (this.closed || this.stopped) return;
    try {
      for (const frame of this.frames.push(chunk)) this.begin(frame);
    } catch (error) {
      this.refuse(error);
    }
    if (!this.paused && this.full()) {
      this.paused = true;
      this.connection.pause();
    }
  }

  private begin(frame: Buffer): void {
    const request = decodeOrAnswer(frame);
    if (Array.isArray(request)) return this.answer(Promise.resolve(request));
    this.answer(this.options.dispatch(request, this.connection.remote));
  }

  private answer(result: Promise<Buffer[] | null>): void {
    this.inFlight += 1;
    const before = this.answered;
    this.answered = this.send(before, result);
  }

  private async send(before: Promise<void>, result: Promise<Buffer[] | null>): Promise<void> {
    const chunks = await result;
    await before;
    this.inFlight -= 1;
    if (this.closed) return;
    if (chunks !== null) this.connection.write(chunks);
    this.readOn();
  }

  private full(): boolean {
    return this.inFlight >= this.options.config.requestsInFlightMax || this.connection.bufferedBytes > UNSENT_BYTES_MAX || this.options.saturated();
  }

  /** What cannot be understood cannot be answered: close, as Kafka does. */
  private refuse(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.options.runtime.tracer.trace('broker.refused', { remote: this.connection.remote, why: error.message });
    this.closed = true;
    this.connection.destroy();
    this.onClosed();
  }

  private ended(_error: NetworkError | undefined): void {
    this.closed = true;
    this.onClosed();
  }
}

/** The request, or the answer to an ApiVersions request of a version unknown here: version 0's layout, with what is served. */
function decodeOrAnswer(frame: Buffer): DecodedRequest | Buffer[] {
  try {
    return decodeRequest(frame);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'UNSUPPORTED_VERSION' || error.header?.apiKey !== apis.ApiVersions.key) throw error;
    const { key, minVersion, maxVersion } = apis.ApiVersions;
    return encodeResponse('ApiVersions', 0, error.header.correlationId, { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [{ apiKey: key, minVersion, maxVersion }] });
  }
}
