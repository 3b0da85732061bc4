/** What an ObjectStore promises: S3's semantics as far as the broker relies on them. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { StoreError } from '../../runtime/index.ts';
import type { ObjectStore } from '../../runtime/index.ts';
import type { Case } from './case.ts';

export interface StoreTraits {
  /** Whether `a/b` is listed while there is an object `a`: on S3 it is, MinIO hides it. */
  readonly keysBelowKeys?: boolean;
  /** Runs of the random comparison with a model: fewer where each call is slow. */
  readonly modelRuns?: number;
  /** Distinguishes objects of this run in a store that is not emptied. */
  readonly prefix?: string;
}

export function objectStoreCases(traits: StoreTraits = {}): readonly Case<ObjectStore>[] {
  const p = traits.prefix ?? '';
  return [
    {
      name: 'returns what was put, whole and in ranges',
      async run(store) {
        expect(await store.put(`${p}a`, Buffer.from('0123456789'))).toBe('stored');
        expect(text(await store.get(`${p}a`))).toBe('0123456789');
        expect(text(await store.get(`${p}a`, { start: 2, end: 5 }))).toBe('234');
        expect(text(await store.get(`${p}a`, { start: 8, end: 100 }))).toBe('89');
        expect(text(await store.get(`${p}a`, { start: 0, end: 1 }))).toBe('0');
      },
    },
    {
      name: 'keeps empty and binary objects',
      async run(store) {
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
        await store.put(`${p}empty`, Buffer.alloc(0));
        await store.put(`${p}bytes`, bytes);
        expect(await store.get(`${p}empty`)).toEqual(Buffer.alloc(0));
        expect(await store.get(`${p}bytes`)).toEqual(bytes);
      },
    },
    {
      name: 'finds an object that a GET missed a moment before',
      async run(store) {
        expect(await store.get(`${p}late`)).toBeUndefined();
        expect(await store.get(`${p}late`, { start: 0, end: 4 })).toBeUndefined();
        await store.put(`${p}late`, Buffer.from('here'));
        expect(text(await store.get(`${p}late`))).toBe('here');
      },
    },
    {
      name: 'replaces with a plain put, never with a create',
      async run(store) {
        expect(await store.put(`${p}k`, Buffer.from('one'), { ifAbsent: true })).toBe('stored');
        expect(await store.put(`${p}k`, Buffer.from('two'), { ifAbsent: true })).toBe('exists');
        expect(text(await store.get(`${p}k`))).toBe('one');
        expect(await store.put(`${p}k`, Buffer.from('three'))).toBe('stored');
        expect(text(await store.get(`${p}k`))).toBe('three');
      },
    },
    {
      name: 'lets exactly one of many concurrent creators win',
      async run(store) {
        for (let round = 0; round < 4; round++) {
          const outcomes = await Promise.all(Array.from({ length: 16 }, (_, creator) => store.put(`${p}race/${round}`, Buffer.from(`by ${creator}`), { ifAbsent: true })));
          expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
          expect(text(await store.get(`${p}race/${round}`))).toBe(`by ${outcomes.indexOf('stored')}`);
        }
      },
    },
    {
      name: 'shares no memory with its callers',
      async run(store) {
        const body = Buffer.from('mine');
        await store.put(`${p}k`, body);
        body.fill('x');
        const first = await store.get(`${p}k`);
        expect(text(first)).toBe('mine');
        first?.fill('y');
        expect(text(await store.get(`${p}k`))).toBe('mine');
      },
    },
    {
      name: 'lists by string prefix, in key order, from a key on',
      async run(store) {
        const keys = ['b', 'list/0', 'list/00', 'list/1/x', 'list/10', 'list/2', 'lists', 'lisz'];
        for (const key of keys) await store.put(p + key, Buffer.from(key));
        const seen = async (prefix: string, startAfter?: string): Promise<string[]> =>
          (await store.list(p + prefix, startAfter === undefined ? {} : { startAfter: p + startAfter })).objects.map(({ key }) => key.slice(p.length));
        expect(await seen('list/')).toEqual(['list/0', 'list/00', 'list/1/x', 'list/10', 'list/2']);
        expect(await seen('list')).toEqual(['list/0', 'list/00', 'list/1/x', 'list/10', 'list/2', 'lists']);
        expect(await seen('list/1')).toEqual(['list/1/x', 'list/10']);
        expect(await seen('list/', 'list/10')).toEqual(['list/2']);
        expect(await seen('list/', 'list/1')).toEqual(['list/1/x', 'list/10', 'list/2']);
        expect(await seen('nothing/')).toEqual([]);
        expect((await store.list(`${p}list/0`)).objects).toEqual([{ key: `${p}list/0`, sizeBytes: 6 }, { key: `${p}list/00`, sizeBytes: 7 }]);
      },
    },
    {
      name: 'pages through more than 1000 keys without loss',
      async run(store) {
        const keys = Array.from({ length: 1203 }, (_, number) => `${p}many/${String(number).padStart(6, '0')}`);
        for (let at = 0; at < keys.length; at += 100) await Promise.all(keys.slice(at, at + 100).map((key) => store.put(key, Buffer.from(key))));
        const first = await store.list(`${p}many/`);
        expect(first.objects).toHaveLength(1000);
        expect(first.truncated).toBe(true);
        const second = await store.list(`${p}many/`, { startAfter: first.objects.at(-1)?.key ?? '' });
        expect(second.truncated).toBe(false);
        expect([...first.objects, ...second.objects].map(({ key }) => key)).toEqual(keys);
        await store.delete(keys.slice(0, 1000));
        expect((await store.list(`${p}many/`)).objects.map(({ key }) => key)).toEqual(keys.slice(1000));
      },
    },
    {
      name: 'deletes what is there and does not mind what is not',
      async run(store) {
        await store.put(`${p}k`, Buffer.from('one'), { ifAbsent: true });
        await store.delete([`${p}k`, `${p}never`]);
        await store.delete([]);
        expect(await store.get(`${p}k`)).toBeUndefined();
        expect((await store.list(`${p}k`)).objects).toEqual([]);
        expect(await store.put(`${p}k`, Buffer.from('two'), { ifAbsent: true })).toBe('stored');
      },
    },
    {
      name: 'agrees with a map, whatever is done to it',
      async run(store) {
        let run = 0;
        await fc.assert(fc.asyncProperty(fc.array(operation(traits.keysBelowKeys !== false), { minLength: 1, maxLength: 25 }), async (operations) => {
          run += 1;
          await agree(store, operations, `${p}model/${run}/`);
        }), { seed: 20_260, numRuns: traits.modelRuns ?? 25 });
      },
    },
  ];
}

type Operation =
  | { readonly verb: 'put' | 'create'; readonly key: string; readonly body: string }
  | { readonly verb: 'get' | 'delete'; readonly key: string }
  | { readonly verb: 'list'; readonly prefix: string; readonly startAfter: string | undefined; readonly maxKeys: number };

/** Names that tempt an implementation on files or with a naive order: dots, capitals, blanks, other alphabets. */
const names = ['a', 'b', 'ab', 'A', '0', '10', '9', 'a.b', 'a-b', 'x y', 'é', 'a+b', 'obj.obj', 'tmp'];

function operation(keysBelowKeys: boolean): fc.Arbitrary<Operation> {
  const name = fc.constantFrom(...names);
  const key = keysBelowKeys
    ? fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    // Folders are marked, so that no key lies below another.
    : fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.map((part, at) => at < parts.length - 1 ? `${part}_d` : part).join('/'));
  const body = fc.string({ maxLength: 20 });
  const prefix = fc.oneof(fc.constant(''), key, key.map((whole) => whole.slice(0, -1)), key.map((whole) => `${whole}/`));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ verb: fc.constantFrom('put' as const, 'create' as const), key, body }) },
    { weight: 3, arbitrary: fc.record({ verb: fc.constantFrom('get' as const, 'delete' as const), key }) },
    { weight: 3, arbitrary: fc.record({ verb: fc.constant('list' as const), prefix, startAfter: fc.option(key, { nil: undefined }), maxKeys: fc.integer({ min: 1, max: 6 }) }) },
  );
}

async function agree(store: ObjectStore, operations: readonly Operation[], base: string): Promise<void> {
  const model = new Map<string, string>();
  for (const operation of operations) {
    switch (operation.verb) {
      case 'put':
        expect(await store.put(base + operation.key, Buffer.from(operation.body))).toBe('stored');
        model.set(operation.key, operation.body);
        break;
      case 'create':
        expect(await store.put(base + operation.key, Buffer.from(operation.body), { ifAbsent: true })).toBe(model.has(operation.key) ? 'exists' : 'stored');
        if (!model.has(operation.key)) model.set(operation.key, operation.body);
        break;
      case 'get':
        expect((await store.get(base + operation.key))?.toString()).toBe(model.get(operation.key));
        break;
      case 'delete':
        await store.delete([base + operation.key]);
        model.delete(operation.key);
        break;
      case 'list': {
        const { prefix, startAfter, maxKeys } = operation;
        const expected = [...model.keys()].filter((key) => key.startsWith(prefix)).sort(byBytes).filter((key) => startAfter === undefined || byBytes(key, startAfter) > 0);
        const page = await store.list(base + prefix, { maxKeys, ...(startAfter === undefined ? {} : { startAfter: base + startAfter }) });
        expect(page.objects.map(({ key }) => key.slice(base.length))).toEqual(expected.slice(0, maxKeys));
        expect(page.objects.map(({ sizeBytes }) => sizeBytes)).toEqual(expected.slice(0, maxKeys).map((key) => Buffer.byteLength(model.get(key) ?? '')));
        expect(page.truncated).toBe(expected.length > maxKeys);
        break;
      }
    }
  }
}

/** For stores whose failures can be provoked: every rejection is a `StoreError`. */
export async function storeErrorOf(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function text(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString();
}
