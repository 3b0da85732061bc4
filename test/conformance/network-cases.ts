/** What a Network promises: TCP between two ends, seen from both, on one host. */
import { expect } from 'vitest';
import { NetworkError } from '../../runtime/index.ts';
import type { Clock, Connection, Listener, Network } from '../../runtime/index.ts';
import type { Case } from './case.ts';

export interface NetworkSubject {
  readonly network: Network;
  /** By which the network reaches itself. */
  readonly host: string;
  readonly clock: Clock;
}

export const networkCases: readonly Case<NetworkSubject>[] = [
  {
    name: 'carries bytes both ways, in order, whatever the chunks',
    async run(subject) {
      const { client, server, close } = await pair(subject);
      const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
      const [atServer, atClient] = [collect(server), collect(client)];
      for (let at = 0; at < sent.length; at += 10_000) client.write([sent.subarray(at, at + 1), sent.subarray(at + 1, at + 10_000)]);
      server.write([Buffer.from('back'), Buffer.alloc(0), Buffer.from('wards')]);
      await until(subject, () => atServer.bytes().length === sent.length && atClient.bytes().length === 9);
      expect(atServer.bytes().equals(sent)).toBe(true);
      expect(atClient.bytes().toString()).toBe('backwards');
      await close();
    },
  },
  {
    name: 'delivers everything before the end, and ends without an error on both sides',
    async run(subject) {
      const { client, server, close } = await pair(subject);
      const [atServer, atClient] = [collect(server), collect(client)];
      client.write([Buffer.alloc(100_000, 'x')]);
      client.end();
      await until(subject, () => atServer.closes.length > 0 && atClient.closes.length > 0);
      expect(atServer.bytes()).toHaveLength(100_000);
      expect([atServer.closes, atClient.closes]).toEqual([[undefined], [undefined]]);
      // Nobody is there any more: not an error, and nothing to wait for.
      expect(client.write([Buffer.from('late')])).toBe(true);
      client.destroy();
      await close();
    },
  },
  {
    name: 'shows a reset to the other side of a destroy',
    async run(subject) {
      const { client, server, close } = await pair(subject);
      const [atServer] = [collect(server), collect(client)];
      client.destroy();
      await until(subject, () => atServer.closes.length > 0);
      expect(atServer.closes).toHaveLength(1);
      expect(atServer.closes[0]?.code).toBe('RESET');
      await close();
    },
  },
  {
    name: 'asks a writer to wait while the reader pauses, and says when to go on',
    async run(subject) {
      const { client, server, close } = await pair(subject);
      const atServer = collect(server);
      server.pause();
      let drained = false;
      client.onDrain = () => {
        drained = true;
      };
      let sentBytes = 0;
      const chunk = Buffer.alloc(64 * 1024);
      while (sentBytes < WRITTEN_BYTES_MAX) {
        sentBytes += chunk.length;
        if (!client.write([chunk])) {
          // Kernel buffers may still take it all; only a write that stays refused is backpressure.
          await subject.clock.sleep(20);
          if (client.bufferedBytes > 0) break;
        }
      }
      expect(client.bufferedBytes).toBeGreaterThan(0);
      const heldBytes = atServer.bytes().length;
      await subject.clock.sleep(50);
      expect(atServer.bytes().length).toBe(heldBytes);
      drained = false;
      server.resume();
      await until(subject, () => atServer.bytes().length === sentBytes && drained);
      expect(client.bufferedBytes).toBe(0);
      await close();
    },
  },
  {
    name: 'refuses a connection to a port where nobody listens',
    async run(subject) {
      const { listener } = await listen(subject);
      await listener.close();
      expect((await networkErrorOf(subject.network.connect({ host: subject.host, port: listener.address.port }, 5_000))).code).toBe('REFUSED');
    },
  },
  {
    name: 'gives a port to one listener only, and gives it back',
    async run(subject) {
      const { listener } = await listen(subject);
      const { port } = listener.address;
      expect(port).toBeGreaterThan(0);
      expect((await networkErrorOf(subject.network.listen({ host: subject.host, port }, () => undefined))).code).toBe('ADDRESS_IN_USE');
      await listener.close();
      await (await subject.network.listen({ host: subject.host, port }, () => undefined)).close();
    },
  },
  {
    name: 'keeps open connections when the listener closes',
    async run(subject) {
      const { client, server, close } = await pair(subject);
      const atServer = collect(server);
      await close();
      client.write([Buffer.from('still here')]);
      await until(subject, () => atServer.bytes().length === 10);
      client.end();
      await until(subject, () => atServer.closes.length === 1);
    },
  },
  {
    name: 'tells who is at the other side',
    async run(subject) {
      const { client, server, close, port } = await pair(subject);
      expect(client.remote.endsWith(`:${port}`)).toBe(true);
      expect(server.remote).toMatch(/^.+:\d+$/);
      client.destroy();
      await close();
    },
  },
];

/** More than any kernel buffers between two local sockets. */
const WRITTEN_BYTES_MAX = 64 * 1024 * 1024;

async function listen({ network, host }: NetworkSubject): Promise<{ listener: Listener; accepted: Connection[] }> {
  const accepted: Connection[] = [];
  const listener = await network.listen({ host, port: 0 }, (connection) => accepted.push(connection));
  return { listener, accepted };
}

async function pair(subject: NetworkSubject): Promise<{ client: Connection; server: Connection; port: number; close: () => Promise<void> }> {
  const { listener, accepted } = await listen(subject);
  const { port } = listener.address;
  const client = await subject.network.connect({ host: subject.host, port }, 5_000);
  await until(subject, () => accepted.length === 1);
  return { client, server: accepted[0] as Connection, port, close: () => listener.close() };
}

function collect(connection: Connection): { bytes: () => Buffer; closes: (NetworkError | undefined)[] } {
  const chunks: Buffer[] = [];
  const closes: (NetworkError | undefined)[] = [];
  connection.onData = (chunk) => chunks.push(chunk);
  connection.onClose = (error) => closes.push(error);
  return { bytes: () => Buffer.concat(chunks), closes };
}

async function until({ clock }: NetworkSubject, done: () => boolean): Promise<void> {
  const deadlineMs = clock.monotonicMs() + 10_000;
  while (!done()) {
    expect(clock.monotonicMs(), 'waited too long').toBeLessThan(deadlineMs);
    await clock.sleep(5);
  }
}

async function networkErrorOf(promise: Promise<unknown>): Promise<NetworkError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(NetworkError);
  return error as NetworkError;
}
