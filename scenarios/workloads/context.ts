/**
 * What the clients of one run share with its runner: the recorder, the phase, and a board on which they write what they
 * have reached and what they wait for. Plain data: the runner reads it, and explains from it why something is still pending.
 */
import type { Address, Runtime, Tp } from '../../runtime/index.ts';
import type { History } from '../history.ts';

export interface ClientContext {
  readonly history: History;
  /** `host:port` of each broker. */
  readonly bootstrap: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly phase: Phase;
  readonly board: Board;
}

/** Of a bootstrap entry. */
export function addressOf(broker: string): Address {
  const [host = '', port = '0'] = broker.split(':');
  return { host, port: Number(port) };
}

/** Set by the runner, read by clients whenever they come round. */
export interface Phase {
  storm: boolean;
  producing: boolean;
  consuming: boolean;
}

export class Board {
  /** Offset after the last acknowledged, and after the last processed record of each partition. */
  readonly acked = new Map<Tp, number>();
  readonly processed = new Map<Tp, number>();
  /** Committed offset of the group, as far as anybody has been told. Beyond `processed` when the application commits first. */
  readonly committed = new Map<Tp, number>();
  readonly clients = new Map<string, ClientStatus>();
  private readonly incarnations = new Map<string, number>();

  constructor(private readonly nowUs: () => number) {}

  /** A new process of `node`: `c2`, then `c2#2`. */
  enter(node: string): ClientStatus {
    const incarnation = (this.incarnations.get(node) ?? 0) + 1;
    this.incarnations.set(node, incarnation);
    const process = incarnation === 1 ? node : `${node}#${incarnation}`;
    const status: ClientStatus = { process, doing: 'starting', sinceUs: this.nowUs(), done: false };
    this.clients.set(node, status);
    return status;
  }

  doing(status: ClientStatus, what: string): void {
    status.doing = what;
    status.sinceUs = this.nowUs();
  }

  reached(marks: Map<Tp, number>, tp: Tp, next: number): void {
    if (next > (marks.get(tp) ?? 0)) marks.set(tp, next);
  }
}

export interface ClientStatus {
  readonly process: string;
  /** What it waits for, in words that fit "p1 has been ... for 31 s". */
  doing: string;
  sinceUs: number;
  /** It has done all it was asked for; the runner may end it. */
  done: boolean;
}

/**
 * Runs `attempt` until it succeeds, pausing in between; ends the process when it keeps failing, so that a fresh one begins. kafkajs takes a
 * connection whose ApiVersions request timed out for connected, without versions, and never makes another: only a new process gets out of that.
 */
export async function untilItWorks<T>(rt: Runtime, pauseMs: number, attempt: () => Promise<T>, failuresMax = FAILURES_MAX): Promise<T> {
  for (let failures = 0; failures < failuresMax; failures += 1) {
    try {
      return await attempt();
    } catch {
      // The library has already retried and said why; here only the pause matters.
      await rt.clock.sleep(pauseMs);
    }
  }
  rt.exit('cannot start');
  return new Promise(() => {});
}

const FAILURES_MAX = 20;
