import { expect, test } from 'vitest';
import type { Connection, Runtime } from '../../runtime/index.ts';
import { ClientSocket } from '../../scenarios/clients/socket.ts';
import { Sim } from '../../sim/index.ts';

/** What a client's socket tells, in order, against a peer that `serve`s. */
async function talk(serve: ((connection: Connection) => void) | undefined, use: (socket: ClientSocket, tell: (what: string) => void, rt: Runtime) => void): Promise<string[]> {
  const told: string[] = [];
  const tell = (what: string): void => {
    told.push(what);
  };
  const sim = new Sim({ seed: 1 });
  sim.addNode({ name: 'peer', role: 'broker', main: async (rt) => void (serve && (await rt.network.listen({ host: 'peer', port: 9092 }, serve))) });
  sim.addNode({
    name: 'client',
    role: 'client',
    main: async (rt) => {
      await rt.clock.sleep(10);
      const socket: ClientSocket = new ClientSocket(rt, { host: 'peer', port: 9092, onConnect: () => tell('connect') }, () => undefined);
      socket.on('data', (chunk) => tell(`data ${String(chunk)}`)).on('end', () => tell('end')).on('close', () => tell('close'));
      socket.on('error', (error) => tell(`error ${String((error as { code?: unknown }).code)}`));
      use(socket, tell, rt);
    },
  });
  sim.node('peer').start();
  sim.node('client').start();
  await sim.runUntil(() => false, 5_000_000);
  expect(sim.findings).toEqual([]);
  sim.close();
  return told;
}

const echo = (connection: Connection): void => {
  connection.onData = (chunk) => void connection.write([chunk]);
};

test('connects, sends, receives and ends', async () => {
  const told = await talk(echo, (socket, _tell, rt) => {
    rt.clock.setTimer(100, () => socket.write(Buffer.from('.'.repeat(12))));
    rt.clock.setTimer(200, () => socket.end());
  });
  expect(told[0]).toBe('connect');
  expect(told.filter((what) => what.startsWith('data')).join('')).toContain('.');
  expect(told.slice(-2)).toEqual(['end', 'close']);
});

test('a refusal is ECONNREFUSED, which kafkajs looks for', async () => {
  expect(await talk(undefined, () => undefined)).toEqual(['error ECONNREFUSED', 'close']);
});

test('a peer that destroys is ECONNRESET', async () => {
  expect(await talk((connection) => connection.destroy(), () => undefined)).toEqual(['connect', 'error ECONNRESET', 'close']);
});

test('ended before it was connected, it still connects, and then ends', async () => {
  const told = await talk(echo, (socket) => void socket.end());
  expect(told).toEqual(['connect', 'end', 'close']);
});

test('writing after the end is an error, and after the close nothing', async () => {
  const told = await talk(echo, (socket, _tell, rt) => {
    rt.clock.setTimer(100, () => {
      socket.end();
      socket.write(Buffer.alloc(12));
    });
    rt.clock.setTimer(1_000, () => socket.write(Buffer.alloc(12)));
  });
  expect(told).toEqual(['connect', 'error ERR_STREAM_WRITE_AFTER_END', 'end', 'close']);
});
