/** Byte streams between nodes, as TCP gives them: ordered, reliable until they break. */
export interface Network {
  /** Starts to accept. Rejects with `NetworkError` (`ADDRESS_IN_USE`, `ADDRESS_INVALID`). Port 0 picks a free one. */
  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener>;
  /** Rejects with `NetworkError` (`REFUSED`, `TIMED_OUT`, `UNREACHABLE`). */
  connect(address: Address, timeoutMs: number): Promise<Connection>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly address: Address;
  /** Stops accepting; connections already open stay open. */
  close(): Promise<void>;
}

export interface Connection {
  /** `host:port` of the other side, for people to read. */
  readonly remote: string;
  /** Bytes written but not yet taken by the network: what backpressure is judged by. */
  readonly bufferedBytes: number;
  /** Set once, synchronously, by whoever accepts or connects. Chunk boundaries mean nothing. */
  onData: ((chunk: Buffer) => void) | undefined;
  /** Called once, when neither side can send any more; `error` is set when it broke. */
  onClose: ((error?: NetworkError) => void) | undefined;
  /** Called when `bufferedBytes` has fallen to zero after `write` returned false. */
  onDrain: (() => void) | undefined;
  /** Sends the chunks in order. They must not be changed afterwards. False asks to wait for `onDrain`. */
  write(chunks: readonly Buffer[]): boolean;
  /** Stops and resumes `onData`. */
  pause(): void;
  resume(): void;
  /** Sends what is buffered, then FIN. */
  end(): void;
  /** Closes at once; the other side sees a reset. */
  destroy(): void;
}

export type NetworkErrorCode = 'ADDRESS_IN_USE' | 'ADDRESS_INVALID' | 'REFUSED' | 'TIMED_OUT' | 'UNREACHABLE' | 'RESET';

export class NetworkError extends Error {
  constructor(readonly code: NetworkErrorCode, message: string) {
    super(message);
    this.name = 'NetworkError';
  }
}
