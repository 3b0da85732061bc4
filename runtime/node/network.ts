/** TCP by node:net, shaped as `Network`: no streams, no events, every error one of a closed set. */
import { createServer, Socket } from 'node:net';
import type { Server } from 'node:net';
import { NetworkError } from '../network.ts';
import type { Address, Connection, Listener, Network, NetworkErrorCode } from '../network.ts';

export class NodeNetwork implements Network {
  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, highWaterMark: HIGH_WATER_BYTES }, (socket) => {
      onConnection(new NodeConnection(socket));
    });
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, address)));
      server.listen({ host: address.host, port: address.port, backlog: BACKLOG }, () => {
        server.removeAllListeners('error');
        // A failed accept (out of descriptors) concerns that one peer only: it sees a reset and tries again.
        server.on('error', () => undefined);
        resolve(listener(server, address));
      });
    });
  }

  connect(address: Address, timeoutMs: number): Promise<Connection> {
    const socket = new Socket({ highWaterMark: HIGH_WATER_BYTES } as object);
    return new Promise((resolve, reject) => {
      const fail = (error: NetworkError): void => {
        clearTimeout(deadline);
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      };
      const deadline = setTimeout(() => fail(new NetworkError('TIMED_OUT', `no connection to ${show(address)} within ${timeoutMs} ms`)), timeoutMs);
      socket.once('error', (error) => fail(new NetworkError(codeOf(error), `cannot connect to ${show(address)}: ${error.message || errnoOf(error)}`)));
      socket.connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, () => {
        clearTimeout(deadline);
        socket.removeAllListeners('error');
        resolve(new NodeConnection(socket));
      });
    });
  }
}

class NodeConnection implements Connection {
  onData: ((chunk: Buffer) => void) | undefined;
  onClose: ((error?: NetworkError) => void) | undefined;
  onDrain: (() => void) | undefined;
  readonly remote: string;
  private readonly socket: Socket;
  private broken: NetworkError | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    this.remote = show({ host: socket.remoteAddress ?? '?', port: socket.remotePort ?? 0 });
    socket.on('data', (chunk: Buffer) => this.onData?.(chunk));
    socket.on('drain', () => this.onDrain?.());
    socket.on('error', (error) => {
      this.broken ??= new NetworkError(codeOf(error), `connection with ${this.remote} broke: ${error.message}`);
    });
    socket.on('close', () => this.onClose?.(this.broken));
  }

  get bufferedBytes(): number {
    return this.socket.writableLength;
  }

  write(chunks: readonly Buffer[]): boolean {
    // Ended or broken: `onClose` has told or will tell; there is no drain to wait for.
    if (!this.socket.writable) return true;
    let more = true;
    this.socket.cork();
    for (const chunk of chunks) more = this.socket.write(chunk);
    this.socket.uncork();
    return more || !this.socket.writableNeedDrain;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.resetAndDestroy();
  }
}

/** What `write` takes before it asks to wait: a few fetch responses. */
const HIGH_WATER_BYTES = 256 * 1024;
const KEEP_ALIVE_MS = 60_000;
const BACKLOG = 1024;

function listener(server: Server, asked: Address): Listener {
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : asked.port;
  return {
    address: { host: asked.host, port },
    // `Server.close` calls back only when the last connection has gone; the port itself is free at once.
    close: () => new Promise((resolve) => {
      server.close();
      setImmediate(resolve);
    }),
  };
}

function listenError(error: Error, address: Address): NetworkError {
  if (errnoOf(error) === 'EADDRINUSE') return new NetworkError('ADDRESS_IN_USE', `${show(address)} is in use by another process`);
  return new NetworkError('ADDRESS_INVALID', `cannot listen on ${show(address)}: ${error.message}`);
}

function codeOf(error: Error): NetworkErrorCode {
  switch (errnoOf(error)) {
    case 'ECONNREFUSED': return 'REFUSED';
    case 'ETIMEDOUT': return 'TIMED_OUT';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOTFOUND':
    case 'EAI_AGAIN': return 'UNREACHABLE';
    case 'EADDRNOTAVAIL':
    case 'ERR_SOCKET_BAD_PORT': return 'ADDRESS_INVALID';
    default: return 'RESET';
  }
}

/** A name with several addresses fails with an AggregateError, one error an address. */
function errnoOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined) return code;
  const first = error instanceof AggregateError ? error.errors[0] as unknown : undefined;
  return first instanceof Error ? errnoOf(first) : '';
}

function show(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
