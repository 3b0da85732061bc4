/** Waiting for real things, with a bound and a reason. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, delayMs));
}

/** Polls until `done` says so. Rejects with what was waited for, and the last reason `why` gives. */
export async function until(what: string, timeoutMs: number, done: () => boolean | Promise<boolean>, why: () => string = () => ''): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!await done()) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms in vain until ${what} ${why()}`.trim());
    await sleep(50);
  }
}

/** A port nobody listens on, and which the kernel does not hand to an outgoing connection before it is used: those begin at 32768 (Linux) or 49152. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    if (await free(port)) return port;
  }
}

function free(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
