/**
 * kafkajs as published, on a simulated machine: its clock, timers, chance and sockets are the world's. One of these is
 * made for each incarnation of a client, as a process would.
 */
// Must come before kafkajs: it takes `randomBytes` and zlib's functions when it is loaded.
import '../../sim/globals.ts';
import { Kafka, type ISocketFactory, logLevel, type RetryOptions } from 'kafkajs';
import type { Runtime } from '../../runtime/index.ts';
import { ClientSocket } from './socket.ts';
import { SpinGuard } from './spin-guard.ts';
import { WireTap } from './wire-tap.ts';

export interface KafkaClient {
  readonly kafka: Kafka;
  readonly tap: WireTap;
}

/** `bootstrap`: `host:port` of each broker. `process` becomes the client id. `onHang`: the library hangs its process. */
export function kafkaClient(rt: Runtime, process: string, bootstrap: readonly string[], onHang: () => void = () => rt.exit('kafkajs hangs')): KafkaClient {
  const tap = new WireTap();
  const guard = new SpinGuard(() => rt.clock.monotonicMs(), (level) => kafka.logger().setLogLevel(level), onHang);
  const socketFactory = (({ host, port, onConnect }) => new ClientSocket(rt, { host, port, onConnect }, (frame) => tap.see(frame))) as (
    ...arguments_: Parameters<ISocketFactory>
  ) => unknown as ISocketFactory;
  const first = rt.random.fork('bootstrap').int(0, bootstrap.length - 1);
  const kafka: Kafka = new Kafka({
    clientId: process,
    // kafkajs tries them in order; real deployments do not all start with the same one.
    brokers: [...bootstrap.slice(first), ...bootstrap.slice(0, first)],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    socketFactory,
    logLevel: logLevel.ERROR,
    logCreator: () => (entry) => guard.see(entry),
  });
  return { kafka, tap };
}

export const CONNECTION_TIMEOUT_MS = 1_500;
export const REQUEST_TIMEOUT_MS = 4_000;
export const METADATA_MAX_AGE_MS = 5_000;

/** Every field is given: kafkajs has other defaults where it believes that it is being tested. */
export const RETRY: Required<Pick<RetryOptions, 'initialRetryTime' | 'maxRetryTime' | 'factor' | 'multiplier' | 'retries'>> = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  factor: 0.2,
  multiplier: 2,
  retries: 8,
};
