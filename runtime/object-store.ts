/**
 * An object store as S3 offers it: whole-object PUT, create-if-absent (`If-None-Match: *`),
 * ranged GET, LIST pages in key order, DELETE. Read-after-write and LIST-after-PUT consistent.
 * One call is one attempt: no adapter retries on its own, so that every outcome is known or honestly unknown.
 */
export interface ObjectStore {
  /**
   * Stores `body` under `key`. `body` must not change until the promise settles (AutoMQ #3417).
   * With `ifAbsent`, at most one of all creators of a key ever gets `stored`.
   */
  put(key: string, body: Buffer, options?: { readonly ifAbsent?: boolean }): Promise<PutOutcome>;
  /** The object's bytes, of `range` [start, end) if given; undefined when the key does not exist. Rejects with `StoreError`. */
  get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined>;
  /** One page (at most 1000 keys) in ascending key order, after `startAfter`. Rejects with `StoreError`. */
  list(prefix: string, options?: { readonly startAfter?: string; readonly maxKeys?: number }): Promise<ListPage>;
  /** Removes the keys; those that do not exist count as removed. At most 1000. Rejects with `StoreError`: some may be gone. */
  delete(keys: readonly string[]): Promise<void>;
}

/**
 * stored: it is there. exists: the condition failed, somebody's object (perhaps our own earlier attempt's) is there (412).
 * conflict: undecided race, nothing was stored by this attempt (409 ConditionalRequestConflict).
 * unknown: it may be there, or may yet appear (timeout, reset, 5xx).
 * A refusal that will not heal (403, 400, no bucket) rejects with `StoreError` `DENIED`.
 */
export type PutOutcome = 'stored' | 'exists' | 'conflict' | 'unknown';

export interface ListPage {
  readonly objects: readonly { readonly key: string; readonly sizeBytes: number }[];
  /** More keys follow the last one of this page. */
  readonly truncated: boolean;
}

/** UNAVAILABLE: try again later (timeout, 5xx, 503 SlowDown, reset). DENIED: do not. */
export type StoreErrorCode = 'UNAVAILABLE' | 'DENIED';

export class StoreError extends Error {
  constructor(readonly code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'StoreError';
  }
}
