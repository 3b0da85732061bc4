/**
 * Stops a known kafkajs 2.2.4 hang. Its fetch manager makes new fetchers when the set of brokers has changed; when the consumer is
 * stopped in that moment, they are never told, and each asks a runner that "is not running" for records for ever, without
 * once giving the event loop a turn: the process burns a core and answers nobody. Seen from inside only in its debug log,
 * so that is where it is caught: `onHang` gives the process up, and an error thrown from the log function ends the loop.
 * The debug log is dear, so it is on only while a consumer stops: when we stop it, or when it crashes (which is logged as an error).
 */
import { type LogEntry, logLevel, type Consumer } from 'kafkajs';

/** Times in a row, without time passing, that no honest client says the same. */
const REPEATS_MAX = 1_000;
const SPINNING = 'consumer not running, exiting';

export class SpinGuard {
  private atMs = -1;
  private repeats = 0;

  constructor(
    private readonly nowMs: () => number,
    private readonly setLevel: (level: logLevel) => void,
    private readonly onHang: () => void,
  ) {}

  /** Looks at one line of the log; throws when the client is spinning. */
  see({ log }: LogEntry): void {
    // kafkajs logs an error object in one place.
    const message = String(log.message);
    if (message.startsWith('Crash:')) this.setLevel(logLevel.DEBUG);
    if (message === 'Starting') this.setLevel(logLevel.ERROR);
    if (message !== SPINNING) return;
    const nowMs = this.nowMs();
    this.repeats = nowMs === this.atMs ? this.repeats + 1 : 1;
    this.atMs = nowMs;
    if (this.repeats < REPEATS_MAX) return;
    if (this.repeats === REPEATS_MAX) this.onHang();
    throw new Error('kafkajs goes on fetching after it was stopped, without end (a race of its fetch manager)');
  }
}

/** Leaves the group and disconnects, with the guard awake. */
export async function disconnectGuarded(consumer: Consumer): Promise<void> {
  consumer.logger().setLogLevel(logLevel.DEBUG);
  await consumer.disconnect();
}
