/**
 * What a kafkajs error proves. An operation that ended in an error has failed only when nothing can have been written;
 * in every other case the outcome is unknown, and the invariants must allow both.
 */
export type Outcome = 'fail' | 'unknown';

/**
 * `requests` is how many requests that could have written left the machine. With none, nothing was written. With exactly one,
 * the answer speaks for all there is, and some answers are given only before anything is appended. With more, an earlier
 * one may have been applied whatever the last one was told.
 */
export function sendOutcome(error: unknown, requests: number): Outcome {
  if (requests === 0) return 'fail';
  return requests === 1 && REFUSED_SENDS.has(protocolType(error)) ? 'fail' : 'unknown';
}

export function commitOutcome(error: unknown, requests: number): Outcome {
  if (requests === 0) return 'fail';
  return requests === 1 && REFUSED_COMMITS.has(protocolType(error)) ? 'fail' : 'unknown';
}

/** `TYPE` of a protocol error or the name of any other, the innermost cause: short and the same on every machine. */
export function errorName(error: unknown): string {
  const cause = innermost(error);
  const type = protocolType(cause);
  if (type !== '') return type;
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as { code?: unknown }).code;
  return typeof code === 'string' ? `${cause.name} ${code}` : cause.name;
}

/** Also says what happened, for a reader; without addresses or times that mean nothing to him. */
export function errorText(error: unknown): string {
  const cause = innermost(error);
  return cause instanceof Error ? `${errorName(cause)}: ${cause.message}` : String(cause);
}

// NOT_LEADER and its kin are missing on purpose: a leader that is deposed while it waits for durability answers the same.
const REFUSED_SENDS: ReadonlySet<string> = new Set([
  'CORRUPT_MESSAGE', 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP', 'INVALID_REQUIRED_ACKS',
  'INVALID_TOPIC_EXCEPTION', 'TOPIC_AUTHORIZATION_FAILED', 'UNSUPPORTED_FOR_MESSAGE_FORMAT', 'UNSUPPORTED_COMPRESSION_TYPE',
  'INVALID_PRODUCER_EPOCH', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID',
]);

// NOT_COORDINATOR_FOR_GROUP is missing for the same reason.
const REFUSED_COMMITS: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID', 'GROUP_LOAD_IN_PROGRESS', 'INVALID_GROUP_ID',
  'OFFSET_METADATA_TOO_LARGE', 'INVALID_COMMIT_OFFSET_SIZE', 'GROUP_AUTHORIZATION_FAILED', 'TOPIC_AUTHORIZATION_FAILED',
]);

function protocolType(error: unknown): string {
  const type = (innermost(error) as { type?: unknown } | undefined)?.type;
  return typeof type === 'string' ? type : '';
}

/** kafkajs wraps: retries exceeded, not retriable, connection. Nothing wraps deeper than this. */
const MAX_CAUSES = 8;

function innermost(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES; depth += 1) {
    const cause = (current as { cause?: unknown } | undefined)?.cause;
    if (cause === undefined || cause === null || cause === current) return current;
    current = cause;
  }
  return current;
}
