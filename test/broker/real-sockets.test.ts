/** Over real TCP and a real directory: clients that do not read, floods, half-closed sockets, and a start that fails. Memory stays bounded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultConfig, DirectoryStore, startBroker, type Broker } from '../../broker/index.ts';
import { encodeRequest } from '../../broker/protocol/index.ts';
import { StoreError, type Address, type Connection, type Listener, type Runtime } from '../../runtime/index.ts';
import { NodeClock, NodeNetwork, NodeRandom, nodeRuntime, NodeVolume } from '../../runtime/node/index.ts';
import { batchOf, createTopic, fetch, fetchBody, produce } from './lab.ts';
import { Wire } from './wire.ts';

const MB = 1 << 20;
const BATCHES = 12;
const scratch = mkdtempSync(join(tmpdir(), 'wavetank-sockets-'));
const accepted: Connection[] = [];
const listened: Address[] = [];
let broker: Broker;
let runtime: Runtime;

/** The real network, with the ports it gave and the connections it accepted in view. */
class WatchedNetwork extends NodeNetwork {
  override async listen(...[address, onConnection]: Parameters<NodeNetwork['listen']>): Promise<Listener> {
    const listener = await super.listen(address, (connection) => {
      accepted.push(connection);
      onConnection(connection);
    });
    listened.push(listener.address);
    return listener;
  }
}

beforeAll(async () => {
  const objects = new DirectoryStore({ volume: new NodeVolume(scratch), clock: new NodeClock(), random: new NodeRandom() });
  runtime = nodeRuntime({ node: 'b1', objects, network: new WatchedNetwork(), exit: (reason) => { throw new Error(reason); } });
  broker = await startBroker(runtime, defaultConfig({ listen: { host: '127.0.0.1', port: 0 }, probeStore: false, hotBytes: 64 * MB }));
  const wire = await open();
  await createTopic(wire);
  for (let at = 0; at < BATCHES; at += 1) expect((await produce(wire, batchOf(['x'.repeat(MB - 1000)]))).errorCode).toBe(0);
  wire.connection.destroy();
});
afterAll(async () => {
  await broker.close();
  rmSync(scratch, { recursive: true, force: true });
});

test('a client that asks and never reads is read no further, and what waits for it is bounded', async () => {
  const everything = Buffer.concat(encodeRequest('Fetch', 12, 1, 'mute', fetchBody({ maxBytes: 100 * MB, partitionMaxBytes: 100 * MB })));
  const before = accepted.length;
  const socket = await deaf();
  let most = 0;
  for (let round = 0; round < 60; round += 1) {
    // More than the kernel keeps for us: 240,000 fetches of 12 MB each, all told.
    socket.write(Buffer.concat(Array.from({ length: 4000 }, () => everything)));
    await soon(10);
    most = Math.max(most, accepted[before]!.bufferedBytes);
  }
  expect(most).toBeGreaterThan(MB);
  expect(most).toBeLessThan((2 * BATCHES) * MB);
  expect(socket.writableLength, 'the rest is the client\'s own').toBeGreaterThan(0);
  socket.destroy();
  expect((await (await open()).ask('ApiVersions', 0, {})).errorCode).toBe(0);
});

test('thousands of pipelined requests are answered in order, a few at a time', async () => {
  const wire = await open();
  const requests = Array.from({ length: 5000 }, (_, at) => Buffer.concat(encodeRequest('Metadata', 1, at + 1, 'flood', { topics: [{ name: 't' }] })));
  wire.write(Buffer.concat(requests));
  for (let at = 0; at < requests.length; at += 1) expect((await wire.next())?.readInt32BE(0)).toBe(at + 1);
  wire.connection.destroy();
});

test('a client that closes its half after asking, and one that resets, do no harm', async () => {
  for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy(), (socket: Socket) => socket.destroy()]) {
    const socket = await deaf();
    socket.write(Buffer.concat(encodeRequest('Produce', 9, 1, 'gone', { acks: -1, timeoutMs: 1000, topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf(['a']) }] }] })));
    socket.write(Buffer.concat(encodeRequest('Fetch', 12, 2, 'gone', fetchBody({ offset: 1000, maxWaitMs: 0x7fff_ffff }))).subarray(0, 20));
    await soon(5);
    end(socket);
  }
  await soon(100);
  const wire = await open();
  expect((await fetch(wire)).errorCode).toBe(0);
  wire.connection.destroy();
});

test('two hundred connections that say half a request and stay', async () => {
  const sockets = await Promise.all(Array.from({ length: 200 }, () => deaf()));
  for (const socket of sockets) socket.write(Buffer.from([0x05, 0xff, 0xff, 0xff, 0, 3, 0, 9])); // 100 MB to come
  await soon(50);
  const wire = await open();
  expect((await wire.ask('ApiVersions', 0, {})).errorCode).toBe(0);
  wire.connection.destroy();
  for (const socket of sockets) socket.destroy();
});

test('a start that fails gives its port back and leaves nobody waiting', async () => {
  const refusing = { put: refuse, get: refuse, list: refuse, delete: refuse };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const start = startBroker(nodeRuntime({ node: 'b2', objects: refusing, network: new WatchedNetwork() }), defaultConfig({ brokerId: 2, listen: { host: '127.0.0.1', port: 0 } }));
    await expect(start).rejects.toMatchObject({ name: 'StoreError', code: 'DENIED' });
  }
  expect(listened).toHaveLength(3);
  for (const given of listened.slice(1)) await expect(Wire.open(runtime.network, given)).rejects.toMatchObject({ code: 'REFUSED' });
});

async function refuse(): Promise<never> {
  throw new StoreError('DENIED', 'no such bucket');
}

function open(): Promise<Wire> {
  return Wire.open(runtime.network, broker.address);
}

/** A socket that never reads. */
function deaf(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(broker.address.port, '127.0.0.1', () => {
      socket.pause();
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

function soon(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
