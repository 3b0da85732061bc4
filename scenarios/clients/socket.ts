/**
 * The socket kafkajs believes it has, over the runtime's network. It behaves as `net.Socket` does wherever kafkajs can tell:
 * error codes, `connect` after an `end` that came too early, silence when written to after it was destroyed.
 */
import { assert, type Connection, NetworkError, type NetworkErrorCode, type Runtime } from '../../runtime/index.ts';

/** An operating system gives up on a SYN after about two minutes; kafkajs gives up long before. */
const CONNECT_TIMEOUT_MS = 60_000;

export class ClientSocket {
  private readonly listeners = new Map<string, ((argument?: unknown) => void)[]>();
  private connection: Connection | undefined;
  private ended = false;
  private closed = false;

  /** `onRequest` sees every chunk before it is sent; kafkajs writes one whole request at a time. */
  constructor(
    rt: Runtime,
    target: { readonly host: string; readonly port: number; readonly onConnect: () => void },
    private readonly onRequest: (frame: Buffer) => void,
  ) {
    rt.network.connect({ host: target.host, port: target.port }, CONNECT_TIMEOUT_MS).then(
      (connection) => {
        this.adopt(connection);
        target.onConnect();
        if (this.ended) connection.end();
      },
      (error: unknown) => {
        assert(error instanceof NetworkError, `connect failed with something else than a NetworkError: ${String(error)}`);
        this.close(error, 'connect');
      },
    );
  }

  on(event: string, listener: (argument?: unknown) => void): this {
    const known = this.listeners.get(event);
    if (known === undefined) this.listeners.set(event, [listener]);
    else known.push(listener);
    return this;
  }

  write(chunk: Buffer): boolean {
    if (this.closed) return false;
    if (this.ended) {
      this.emit('error', systemError('ERR_STREAM_WRITE_AFTER_END', 'write after end'));
      return false;
    }
    assert(this.connection !== undefined, 'kafkajs wrote to a socket before it was connected');
    this.onRequest(chunk);
    return this.connection.write([chunk]);
  }

  end(): this {
    if (this.ended) return this;
    this.ended = true;
    this.connection?.end();
    return this;
  }

  unref(): this {
    return this;
  }

  private adopt(connection: Connection): void {
    this.connection = connection;
    connection.onData = (chunk) => this.emit('data', chunk);
    connection.onClose = (error) => this.close(error, 'read');
  }

  private close(error: NetworkError | undefined, during: 'connect' | 'read'): void {
    if (this.closed) return;
    this.closed = true;
    if (error === undefined) this.emit('end');
    else this.emit('error', systemError(SYSTEM_CODES[error.code], `${during} ${SYSTEM_CODES[error.code]}`));
    this.emit('close');
  }

  private emit(event: string, argument?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(argument);
  }
}

/** kafkajs decides by some of these. */
const SYSTEM_CODES: Record<NetworkErrorCode, string> = {
  REFUSED: 'ECONNREFUSED',
  TIMED_OUT: 'ETIMEDOUT',
  UNREACHABLE: 'EHOSTUNREACH',
  RESET: 'ECONNRESET',
  ADDRESS_IN_USE: 'EADDRINUSE',
  ADDRESS_INVALID: 'EADDRNOTAVAIL',
};

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
