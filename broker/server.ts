/**
 * The front of the broker: frames in, handlers, frames out. Requests of one connection begin in order and are answered
 * in order, so that a pipelining producer keeps its order without waiting. What does not parse closes the connection.
 */
import type { Connection, NetworkError, Runtime } from '../runtime/index.ts';
import type { BrokerConfig } from './config.ts';
import { apis, decodeRequest, encodeResponse, ErrorCode, FrameReader, ProtocolError, type DecodedRequest } from './protocol/index.ts';

/** A client that does not read its answers is read no further beyond this. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024;

/** Begun and not answered, of one connection: beyond this it is read no further. A single request may be larger. */
const IN_FLIGHT_BYTES_MAX = 16 * 1024 * 1024;

/** Whoever sent a request. */
export interface Peer {
  /** `host:port`, for people to read. */
  readonly remote: string;
  /** Calls `listener` once when the connection is gone and no answer can reach anybody; the returned function ends that. */
  onGone(listener: () => void): () => void;
}

/** Frames; null when no answer is wanted; `disconnect` when closing is the only way to tell. */
export type Answer = Buffer[] | null | 'disconnect';
export type Dispatch = (request: DecodedRequest, peer: Peer) => Promise<Answer>;

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

class ServedConnection implements Peer {
  private readonly frames: FrameReader;
  /** Read and not begun: never more than one chunk from the network holds. */
  private waiting: Buffer[] = [];
  private inFlight = 0;
  private inFlightBytes = 0;
  private paused = false;
  private closed = false;
  private stopped = false;
  /** Settles when everything before has been answered. */
  private answered: Promise<void> = Promise.resolve();
  private readonly goneListeners = new Set<() => void>();
  private readonly drainWaiters = new Set<() => void>();

  constructor(private readonly connection: Connection, private readonly options: ServerOptions, private readonly onClosed: () => void) {
    this.frames = new FrameReader(options.config.requestMaxBytes);
    connection.onData = (chunk) => this.receive(chunk);
    connection.onClose = (error) => this.ended(error);
    connection.onDrain = () => this.drained();
  }

  get remote(): string {
    return this.connection.remote;
  }

  onGone(listener: () => void): () => void {
    this.goneListeners.add(listener);
    return () => this.goneListeners.delete(listener);
  }

  end(): void {
    this.leave();
    this.connection.end();
  }

  stopReading(): void {
    this.stopped = true;
    this.waiting = [];
    this.connection.pause();
  }

  readOn(): void {
    if (this.paused && !this.stopped) this.proceed();
  }

  private receive(chunk: Buffer): void {
    if (this.closed || this.stopped) return;
    try {
      for (const frame of this.frames.push(chunk)) this.waiting.push(frame);
    } catch (error) {
      return this.refuse(error);
    }
    this.proceed();
  }

  /** Begins what was read as far as there is room; reads on when all of it has begun. */
  private proceed(): void {
    let begun = 0;
    try {
      while (begun < this.waiting.length && !this.closed && !this.full()) this.begin(this.waiting[begun++]!);
    } catch (error) {
      return this.refuse(error);
    }
    this.waiting = begun === this.waiting.length ? [] : this.waiting.slice(begun);
    if (this.closed) return;
    const pause = this.waiting.length > 0 || this.full();
    if (pause === this.paused) return;
    this.paused = pause;
    if (pause) this.connection.pause();
    else this.connection.resume();
  }

  private begin(frame: Buffer): void {
    const request = decodeOrAnswer(frame);
    this.inFlight += 1;
    this.inFlightBytes += frame.length;
    const before = this.answered;
    this.answered = this.send(before, this.answerTo(request, before), frame.length);
  }

  /** A fetch begins when the answers before it are off: its own may be large, and one at a time is what memory is for. */
  private async answerTo(request: DecodedRequest | Buffer[], before: Promise<void>): Promise<Answer> {
    if (Array.isArray(request)) return request;
    if (request.api !== 'Fetch') return this.options.dispatch(request, this);
    await before;
    while (!this.closed && this.connection.bufferedBytes > UNSENT_BYTES_MAX) await new Promise<void>((resolve) => this.drainWaiters.add(resolve));
    return this.closed ? null : this.options.dispatch(request, this);
  }

  private async send(before: Promise<void>, result: Promise<Answer>, sizeBytes: number): Promise<void> {
    const answer = await result;
    await before;
    this.inFlight -= 1;
    this.inFlightBytes -= sizeBytes;
    if (this.closed) return;
    if (answer === 'disconnect') return this.end();
    if (answer !== null) this.connection.write(answer);
    this.readOn();
  }

  private full(): boolean {
    return this.inFlight >= this.options.config.requestsInFlightMax || this.inFlightBytes > IN_FLIGHT_BYTES_MAX
      || this.connection.bufferedBytes > UNSENT_BYTES_MAX || this.options.saturated();
  }

  private drained(): void {
    const waiters = [...this.drainWaiters];
    this.drainWaiters.clear();
    for (const proceed of waiters) proceed();
    this.readOn();
  }

  /** What cannot be understood cannot be answered: close, as Kafka does. */
  private refuse(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.options.runtime.tracer.trace('broker.refused', { remote: this.connection.remote, why: error.message });
    this.leave();
    this.connection.destroy();
    this.onClosed();
  }

  private ended(_error: NetworkError | undefined): void {
    this.leave();
    this.onClosed();
  }

  /** Nobody is there any more: whatever waits on this connection's account stops waiting. */
  private leave(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiting = [];
    const listeners = [...this.goneListeners];
    this.goneListeners.clear();
    for (const listener of listeners) listener();
    this.drained();
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
