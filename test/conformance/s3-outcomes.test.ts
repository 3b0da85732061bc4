/** What S3Store makes of each answer, and of none: the SDK talks to a server here that answers as the test says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { S3Store } from '../../runtime/node/index.ts';
import { storeErrorOf } from './object-store-cases.ts';

type Answer = { readonly status: number; readonly body?: string } | 'hang' | 'reset' | 'half';
let answer: Answer = { status: 200 };
let requests: { method: string; url: string; headers: Record<string, unknown> }[] = [];

const server = createServer((request, response) => {
  requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
  request.resume();
  request.on('end', () => {
    if (answer === 'hang') return;
    if (answer === 'reset') return void request.socket.resetAndDestroy();
    if (answer === 'half') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half of it');
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/xml' });
    response.end(answer.body ?? '');
  });
});
let store: S3Store;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  store = new S3Store({ bucket: 'buck', endpoint: `http://127.0.0.1:${port}`, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, requestTimeoutMs: 300 });
});
afterAll(() => {
  store.close();
  server.closeAllConnections();
  server.close();
});

const error = (code: string): string => `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>says ${code}</Message></Error>`;
const refusal = (status: number, code: string): Answer => ({ status, body: error(code) });

function given(next: Answer): void {
  answer = next;
  requests = [];
}

test.each([
  ['stored', { status: 200 }],
  ['exists', refusal(412, 'PreconditionFailed')],
  ['conflict', refusal(409, 'ConditionalRequestConflict')],
  ['unknown', refusal(503, 'SlowDown')],
  ['unknown', refusal(500, 'InternalError')],
  ['unknown', { status: 502, body: '<html>bad gateway</html>' }],
  ['unknown', refusal(400, 'RequestTimeout')],
  ['unknown', refusal(429, 'TooManyRequests')],
  ['unknown', 'hang'],
  ['unknown', 'reset'],
] as const)('a create that is %s: %o', async (outcome, next) => {
  given(next);
  expect(await store.put('k', Buffer.from('body'), { ifAbsent: true })).toBe(outcome);
  // One call is one attempt.
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'PUT', headers: { 'if-none-match': '*', 'content-length': '4' } });
  expect(requests[0]?.url).toMatch(/^\/buck\/k(\?|$)/);
});

test('a plain put carries no condition', async () => {
  given({ status: 200 });
  await store.put('k', Buffer.from('body'));
  expect(requests[0]?.headers).not.toHaveProperty('if-none-match');
});

test.each([
  ['AccessDenied', refusal(403, 'AccessDenied')],
  ['InvalidArgument', refusal(400, 'InvalidArgument')],
  ['bucket does not exist', refusal(404, 'NoSuchBucket')],
  ['another region', refusal(301, 'PermanentRedirect')],
] as const)('%s denies every verb', async (words, next) => {
  given(next);
  for (const attempt of [() => store.put('k', Buffer.from('x')), () => store.get('k'), () => store.list(''), () => store.delete(['k'])]) {
    const failure = await storeErrorOf(attempt());
    expect(failure.code).toBe('DENIED');
    expect(failure.message).toContain(words);
    expect(failure.message).toContain('bucket buck at http://127.0.0.1');
    expect(failure.message).not.toContain('\n');
  }
});

test.each([['503', refusal(503, 'SlowDown')], ['500', refusal(500, 'InternalError')], ['no answer', 'hang'], ['a reset', 'reset'], ['half an answer', 'half']] as const)('%s makes reads and deletes unavailable', async (_, next) => {
  given(next);
  const attempts = [() => store.get('k'), ...next === 'half' ? [] : [() => store.list(''), () => store.delete(['k'])]];
  for (const attempt of attempts) expect((await storeErrorOf(attempt())).code).toBe('UNAVAILABLE');
  expect(requests).toHaveLength(attempts.length);
});

test('a missing key is no error, a missing bucket is', async () => {
  given(refusal(404, 'NoSuchKey'));
  expect(await store.get('k')).toBeUndefined();
  given({ status: 404 });
  expect(await store.get('k')).toBeUndefined();
});

test('a delete that leaves some keys is unavailable, and says which', async () => {
  given({ status: 200, body: '<?xml version="1.0" encoding="UTF-8"?><DeleteResult><Error><Key>two</Key><Code>InternalError</Code><Message>oops</Message></Error></DeleteResult>' });
  const failure = await storeErrorOf(store.delete(['one', 'two']));
  expect(failure.code).toBe('UNAVAILABLE');
  expect(failure.message).toContain('two: InternalError');
});

test('nobody at the endpoint: unknown for a put, unavailable for a get', async () => {
  const nobody = new S3Store({ bucket: 'b-b', endpoint: 'http://127.0.0.1:1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  expect(await nobody.put('k', Buffer.from('x'), { ifAbsent: true })).toBe('unknown');
  expect((await storeErrorOf(nobody.get('k'))).code).toBe('UNAVAILABLE');
});
