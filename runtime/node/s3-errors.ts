/**
 * What an answer of S3, or the lack of one, says about what happened. The rule: only 412, 409 and a plain refusal
 * prove that an attempt stored nothing; everything else may have been applied, or may yet be.
 */
import { AssertionError } from '../assert.ts';
import { StoreError } from '../object-store.ts';
import type { PutOutcome } from '../object-store.ts';

/** The outcome of a PUT that did not answer 200. Throws `StoreError` `DENIED` when trying again cannot help. */
export function putOutcome(error: unknown, what: string, where: string): PutOutcome {
  const { status } = read(error);
  if (status === 412) return 'exists';
  if (status === 409) return 'conflict';
  const failure = storeError(error, what, where);
  if (failure.code === 'DENIED') throw failure;
  return 'unknown';
}

export function storeError(error: unknown, what: string, where: string): StoreError {
  const { status, name, message } = read(error);
  // A bug, ours or the SDK's, is not the store's failure.
  if (error instanceof AssertionError || (error instanceof TypeError && status === undefined && !('code' in error))) throw error;
  const detail = hint(name, status) ?? (message || name);
  if (isDenied(status, name)) return new StoreError('DENIED', `${where} refused ${what}: ${name}${status === undefined ? '' : ` (${status})`}: ${detail}`);
  return new StoreError('UNAVAILABLE', `${where} did not complete ${what}: ${status === undefined ? '' : `${status} `}${name}: ${detail}`);
}

export function isMissingKey(error: unknown): boolean {
  const { status, name } = read(error);
  // Some stores answer 404 without a code; a missing bucket always has one.
  return name === 'NoSuchKey' || name === 'NotFound' || (status === 404 && name !== 'NoSuchBucket');
}

export function isRangeBeyondEnd(error: unknown): boolean {
  return read(error).status === 416;
}

/** Client errors that pass: the server gave up waiting for our bytes, or asks for less. */
const PASSING = new Set(['RequestTimeout', 'SlowDown', 'Throttling', 'ThrottlingException', 'TooManyRequestsException', 'OperationAborted']);
/** Failures before anything was sent that no retry will heal. */
const HOPELESS = new Set(['CredentialsProviderError', 'InvalidBucketName', 'UnknownEndpoint']);

function isDenied(status: number | undefined, name: string): boolean {
  if (HOPELESS.has(name)) return true;
  if (PASSING.has(name) || status === undefined) return false;
  return status >= 300 && status < 500 && status !== 408 && status !== 409 && status !== 429;
}

function hint(name: string, status: number | undefined): string | undefined {
  switch (name) {
    case 'NoSuchBucket': return 'the bucket does not exist; create it first';
    case 'CredentialsProviderError': return 'no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile';
    case 'InvalidAccessKeyId': return 'the access key is not known there';
    case 'SignatureDoesNotMatch': return 'the secret key does not fit the access key';
    case 'RequestTimeTooSkewed': return 'the clock of this machine is off by more than the store accepts';
    case 'AccessDenied': return 'these credentials may not do this; put, get, list and delete are needed';
    default: return status !== undefined && status >= 300 && status < 400 ? 'redirected: the bucket is in another region or at another endpoint' : undefined;
  }
}

interface Read {
  readonly status: number | undefined;
  readonly name: string;
  readonly message: string;
}

function read(error: unknown): Read {
  if (!(error instanceof Error)) return { status: undefined, name: 'Error', message: String(error) };
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const errno = (error as NodeJS.ErrnoException).code;
  const inner = error instanceof AggregateError ? (error.errors[0] as Error | undefined)?.message : undefined;
  return { status, name: error.name === 'Error' || error.name === 'AggregateError' ? errno ?? error.name : error.name, message: error.message || (inner ?? '') };
}
