/** One request under way between a process and the store. */
import type { Random } from '../runtime/index.ts';
import type { Life } from './life.ts';
import type { Stream } from './link.ts';
import type { StoreRule, StoreVerb } from './store-rule.ts';

export interface StoreRequest {
  readonly op: number;
  readonly verb: StoreVerb;
  readonly keys: readonly string[];
  readonly life: Life;
  readonly random: Random;
  readonly startedUs: number;
  readonly stream: Stream;
  /** Does it, atomically, at the store; returns the outcome's name and what the caller gets. */
  readonly apply: (request: StoreRequest) => StoreReply;
  readonly settle: (reply: StoreReply) => void;
  /** Nobody can know: what the caller gets at the timeout, or for a 5xx. */
  readonly unknown: (why: string) => StoreReply;
  readonly effect: StoreRule | undefined;
  /** How long the answer travels after it was applied. */
  readonly replyUs: number;
  applied: StoreReply | undefined;
  settled: boolean;
  timeout: { slot: number; identity: number };
}

export interface StoreReply {
  readonly outcome: string;
  /** Of an outcome that nobody can know: timed out, 503. */
  readonly why?: string;
  readonly value?: unknown;
  readonly error?: Error;
}
