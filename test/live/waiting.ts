/** Waiting for real things, with a bound and a reason. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

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

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}
