/**
 * S3 and what calls itself compatible, through the AWS SDK. One call is one attempt: the SDK's retries are off,
 * since a retry hides that an earlier attempt may have been applied (a create would meet its own object and
 * look like a loss). The SDK is loaded with the first call, so a broker on a directory never pays for it.
 */
import type * as Sdk from '@aws-sdk/client-s3';
import { assert } from '../assert.ts';
import { StoreError } from '../object-store.ts';
import type { ListPage, ObjectStore, PutOutcome } from '../object-store.ts';
import { isMissingKey, isRangeBeyondEnd, putOutcome, storeError } from './s3-errors.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** For stores other than AWS: `http://host:port`. */
  readonly endpoint?: string;
  readonly region?: string;
  /** Without it: the SDK's usual chain (environment, profile, instance role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  /** `http://host/bucket/key` instead of `http://bucket.host/key`; by default so when an endpoint is given. */
  readonly forcePathStyle?: boolean;
  /** One attempt from first byte to last, answer included. */
  readonly requestTimeoutMs?: number;
}

export class S3Store implements ObjectStore {
  private readonly options: S3StoreOptions;
  private readonly timeoutMs: number;
  private loading: Promise<Loaded> | undefined;
  private client: Sdk.S3Client | undefined;

  constructor(options: S3StoreOptions) {
    this.options = options;
    this.timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  }

  async put(key: string, body: Buffer, options?: { readonly ifAbsent?: boolean }): Promise<PutOutcome> {
    const condition = options?.ifAbsent === true ? { IfNoneMatch: '*' } : {};
    try {
      await this.attempt(({ sdk, client }, abortSignal) =>
        client.send(new sdk.PutObjectCommand({ ...this.target, Key: key, Body: body, ...condition }), { abortSignal }));
      return 'stored';
    } catch (error) {
      return putOutcome(error, `PUT ${key}`, this.where);
    }
  }

  async get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined> {
    // HTTP cannot ask for zero bytes: ask for one, to learn whether the key exists, and drop it.
    const empty = range !== undefined && range.end <= range.start;
    const Range = range === undefined ? undefined : `bytes=${range.start}-${empty ? range.start : range.end - 1}`;
    try {
      const bytes = await this.attempt(async ({ sdk, client }, abortSignal) => {
        const answer = await client.send(new sdk.GetObjectCommand({ ...this.target, Key: key, Range }), { abortSignal });
        assert(answer.Body !== undefined, `GET ${key} was answered without a body`);
        return Buffer.from(await answer.Body.transformToByteArray());
      });
      return empty ? Buffer.alloc(0) : bytes;
    } catch (error) {
      if (isMissingKey(error)) return undefined;
      if (range !== undefined && isRangeBeyondEnd(error)) return Buffer.alloc(0);
      throw storeError(error, `GET ${key}`, this.where);
    }
  }

  async list(prefix: string, options?: { readonly startAfter?: string; readonly maxKeys?: number }): Promise<ListPage> {
    const MaxKeys = Math.min(options?.maxKeys ?? PAGE_KEYS_MAX, PAGE_KEYS_MAX);
    try {
      const page = await this.attempt(({ sdk, client }, abortSignal) =>
        client.send(new sdk.ListObjectsV2Command({ ...this.target, Prefix: prefix, StartAfter: options?.startAfter, MaxKeys }), { abortSignal }));
      const objects = (page.Contents ?? []).map((object) => ({ key: object.Key ?? '', sizeBytes: object.Size ?? 0 }));
      return { objects, truncated: page.IsTruncated === true };
    } catch (error) {
      throw storeError(error, prefix === '' ? 'LIST' : `LIST ${prefix}`, this.where);
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    assert(keys.length <= PAGE_KEYS_MAX, `at most ${PAGE_KEYS_MAX} keys can be deleted at once, not ${keys.length}`);
    const what = `DELETE of ${keys.length} keys from ${keys[0]}`;
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    let errors: readonly { Key?: string; Code?: string; Message?: string }[];
    try {
      const answer = await this.attempt(({ sdk, client }, abortSignal) =>
        client.send(new sdk.DeleteObjectsCommand({ ...this.target, Delete }), { abortSignal }));
      errors = (answer.Errors ?? []).filter((error) => error.Code !== 'NoSuchKey');
    } catch (error) {
      throw storeError(error, what, this.where);
    }
    const first = errors[0];
    if (first === undefined) return;
    const code = errors.every((error) => error.Code === 'AccessDenied') ? 'DENIED' : 'UNAVAILABLE';
    throw new StoreError(code, `${what} in ${this.where} removed all but ${errors.length}: ${first.Key}: ${first.Code} ${first.Message ?? ''}`);
  }

  /** Closes idle connections. Nothing may be in flight. */
  close(): void {
    this.client?.destroy();
  }

  private get target(): { Bucket: string } {
    return { Bucket: this.options.bucket };
  }

  private get where(): string {
    return `bucket ${this.options.bucket} at ${this.options.endpoint ?? 'AWS'}`;
  }

  /** The deadline covers the answer's body too, which the SDK's own timeouts do not. */
  private async attempt<T>(send: (loaded: Loaded, abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const loaded = await (this.loading ??= this.load());
    const abort = new AbortController();
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      deadline = setTimeout(() => {
        reject(new RequestTimeout(`no answer within ${this.timeoutMs} ms`));
        abort.abort();
      }, this.timeoutMs);
    });
    try {
      return await Promise.race([send(loaded, abort.signal), late]);
    } finally {
      clearTimeout(deadline);
    }
  }

  private async load(): Promise<Loaded> {
    // A notice about SDK releases to come, for whoever maintains this package; it would garble the operator's one line.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const sdk = await import('@aws-sdk/client-s3');
    const { endpoint, credentials } = this.options;
    this.client = new sdk.S3Client({
      region: this.options.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      forcePathStyle: this.options.forcePathStyle ?? endpoint !== undefined,
      maxAttempts: 1,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX }, httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX } },
    });
    return { sdk, client: this.client };
  }
}

interface Loaded {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout';
}

const REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3_000;
const SOCKETS_MAX = 128;
const PAGE_KEYS_MAX = 1000;
