/**
 * The other side sent what cannot be answered in the ordinary way. MALFORMED: close the connection.
 * UNSUPPORTED_*: `header` tells whom to answer; an unknown ApiVersions version is answered in the version 0 layout.
 */
export class ProtocolError extends Error {
  constructor(readonly code: ProtocolErrorCode, message: string, readonly header?: RequestHeader) {
    super(message);
    this.name = 'ProtocolError';
  }
}

export type ProtocolErrorCode = 'UNSUPPORTED_API' | 'UNSUPPORTED_VERSION' | 'MALFORMED';

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Where the body begins. For an API that is not served: where the header's fixed part ends. */
  readonly bodyOffset: number;
}
