/** What an API handler is, and what it may use. One file an API; the table is `handlers.ts`. */
import type { Runtime } from '../../runtime/index.ts';
import type { BrokerConfig } from '../config.ts';
import type { Leadership } from '../leadership.ts';
import type { Command, CommandResult } from '../metadata/commands.ts';
import type { ClusterState } from '../metadata/state.ts';
import type { ApiName, RequestOf, ResponseInit } from '../protocol/index.ts';

export interface RequestContext {
  readonly version: number;
  readonly clientId: string | null;
  readonly remote: string;
  /** Calls `listener` once when nobody waits for the answer any more; the returned function ends that. */
  readonly onGone: (listener: () => void) => () => void;
}

export interface Services {
  readonly runtime: Runtime;
  readonly config: BrokerConfig;
  readonly brokerEpoch: number;
  readonly leadership: Leadership;
  state(): ClusterState;
  /** Appends to the metadata log; resolves when the outcome is certain. */
  append(commands: readonly Command[]): Promise<readonly CommandResult[]>;
  /** Looks for newer metadata. */
  refresh(): Promise<void>;
  nextProducerId(): Promise<number | null>;
}

/** Null: no answer is wanted. `disconnect`: none can be given, so closing has to tell it. Must append, if it appends, before its first await: that keeps a pipelining client's order. */
export type Handler<N extends ApiName> = (request: RequestOf<N>, context: RequestContext, services: Services) => Promise<ResponseInit<N> | null | 'disconnect'>;
