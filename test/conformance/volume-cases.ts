/** What a Volume promises while the power stays on. What survives a power cut is the simulator's to test. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { VolumeError } from '../../runtime/index.ts';
import type { Volume } from '../../runtime/index.ts';
import type { Case } from './case.ts';

export const volumeCases: readonly Case<Volume>[] = [
  {
    name: 'returns what was written, whole and in ranges',
    async run(volume) {
      expect(await volume.read('a')).toBeUndefined();
      expect(await volume.read('no/such/folder')).toBeUndefined();
      await volume.write('a', Buffer.from('0123456789'));
      expect(String(await volume.read('a'))).toBe('0123456789');
      expect(String(await volume.read('a', { start: 3, end: 6 }))).toBe('345');
      expect(String(await volume.read('a', { start: 8, end: 20 }))).toBe('89');
      expect(await volume.read('a', { start: 20, end: 30 })).toEqual(Buffer.alloc(0));
    },
  },
  {
    name: 'replaces the whole content and makes missing folders',
    async run(volume) {
      await volume.write('deep/er/file', Buffer.from('a long content'));
      await volume.write('deep/er/file', Buffer.from('short'));
      expect(String(await volume.read('deep/er/file'))).toBe('short');
    },
  },
  {
    name: 'syncs files and folders',
    async run(volume) {
      await volume.write('d/f', Buffer.from('kept'));
      await volume.sync('d/f');
      await volume.syncDirectory('d');
      await volume.syncDirectory('');
      expect(String(await volume.read('d/f'))).toBe('kept');
    },
  },
  {
    name: 'links once: a name that exists is not taken over',
    async run(volume) {
      await volume.write('tmp/1', Buffer.from('one'));
      await volume.write('tmp/2', Buffer.from('two'));
      expect(await volume.link('tmp/1', 'final/name')).toBe(true);
      expect(await volume.link('tmp/2', 'final/name')).toBe(false);
      expect(String(await volume.read('final/name'))).toBe('one');
      expect(await volume.remove('tmp/1')).toBe(true);
      expect(String(await volume.read('final/name'))).toBe('one');
    },
  },
  {
    name: 'lets exactly one of many concurrent links win',
    async run(volume) {
      const writers = Array.from({ length: 16 }, (_, writer) => writer);
      await Promise.all(writers.map((writer) => volume.write(`tmp/${writer}`, Buffer.from(`by ${writer}`))));
      const won = await Promise.all(writers.map((writer) => volume.link(`tmp/${writer}`, 'name')));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(String(await volume.read('name'))).toBe(`by ${won.indexOf(true)}`);
    },
  },
  {
    name: 'renames over what is there',
    async run(volume) {
      await volume.write('new', Buffer.from('new'));
      await volume.write('d/old', Buffer.from('old'));
      await volume.rename('new', 'd/old');
      expect(String(await volume.read('d/old'))).toBe('new');
      expect(await volume.read('new')).toBeUndefined();
      await volume.rename('d/old', 'an/other/place');
      expect(String(await volume.read('an/other/place'))).toBe('new');
    },
  },
  {
    name: 'says whether there was something to remove',
    async run(volume) {
      await volume.write('d/f', Buffer.from('x'));
      expect(await volume.remove('d/f')).toBe(true);
      expect(await volume.remove('d/f')).toBe(false);
      expect(await volume.remove('never/was')).toBe(false);
      expect(await volume.read('d/f')).toBeUndefined();
    },
  },
  {
    name: 'lists files below a folder in byte order, with sizes',
    async run(volume) {
      for (const path of ['b', 'd/2', 'd/10', 'd/e/1', 'd-x', 'd/E']) await volume.write(path, Buffer.from(path));
      expect(await volume.list('d')).toEqual([
        { path: 'd/10', sizeBytes: 4 }, { path: 'd/2', sizeBytes: 3 }, { path: 'd/E', sizeBytes: 3 }, { path: 'd/e/1', sizeBytes: 5 },
      ]);
      expect((await volume.list('')).map(({ path }) => path)).toEqual(['b', 'd-x', 'd/10', 'd/2', 'd/E', 'd/e/1']);
      expect(await volume.list('nothing')).toEqual([]);
    },
  },
  {
    name: 'refuses every path that is not plainly inside',
    async run(volume) {
      for (const path of ['', '/etc', '..', '../x', 'a/../../x', 'a/./b', './a', 'a//b', 'a/', 'a\0b']) {
        const attempts = [() => volume.read(path), () => volume.write(path, Buffer.from('x')), () => volume.remove(path), () => volume.sync(path), () => volume.link('from', path), () => volume.rename('from', path)];
        for (const attempt of attempts) expect((await volumeErrorOf(attempt())).code).toBe('INVALID_PATH');
      }
      expect((await volumeErrorOf(volume.list('..'))).code).toBe('INVALID_PATH');
      expect((await volumeErrorOf(volume.syncDirectory('../x'))).code).toBe('INVALID_PATH');
    },
  },
  {
    name: 'fails with an error of its own when there is nothing to link, rename or sync',
    async run(volume) {
      for (const attempt of [() => volume.link('none', 'to'), () => volume.rename('none', 'to'), () => volume.sync('none')]) {
        await volumeErrorOf(attempt());
      }
    },
  },
  {
    name: 'shares no memory with its callers',
    async run(volume) {
      const bytes = Buffer.from('mine');
      await volume.write('f', bytes);
      bytes.fill('x');
      (await volume.read('f'))?.fill('y');
      expect(String(await volume.read('f'))).toBe('mine');
    },
  },
  {
    name: 'agrees with a map, whatever is done to it',
    async run(volume) {
      const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 2 }).map((names) => `${names.join('/')}.file`);
      const step = fc.record({ verb: fc.constantFrom('write' as const, 'link' as const, 'rename' as const, 'remove' as const), path, to: path, body: fc.string({ maxLength: 9 }) });
      let run = 0;
      await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        run += 1;
        const base = `run${run}`;
        const model = new Map<string, string>();
        for (const { verb, path: at, to, body } of steps) {
          const content = model.get(at);
          if (verb === 'write') {
            // Writing through one of two names would change both: nobody who links does that.
            await volume.remove(`${base}/${at}`);
            await volume.write(`${base}/${at}`, Buffer.from(body));
            model.set(at, body);
          } else if (verb === 'remove') {
            expect(await volume.remove(`${base}/${at}`)).toBe(model.delete(at));
          } else if (content !== undefined && at !== to) {
            if (verb === 'link') {
              expect(await volume.link(`${base}/${at}`, `${base}/${to}`)).toBe(!model.has(to));
              if (!model.has(to)) model.set(to, content);
            } else {
              // POSIX leaves both names when they are the same file already.
              await volume.remove(`${base}/${to}`);
              await volume.rename(`${base}/${at}`, `${base}/${to}`);
              model.delete(at);
              model.set(to, content);
            }
          }
        }
        const expected = [...model].map(([name, content]) => ({ path: `${base}/${name}`, sizeBytes: Buffer.byteLength(content) })).sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
        expect(await volume.list(base)).toEqual(expected);
        for (const [name, content] of model) expect(String(await volume.read(`${base}/${name}`))).toBe(content);
      }), { seed: 20_260, numRuns: 25 });
    },
  },
];

export async function volumeErrorOf(promise: Promise<unknown>): Promise<VolumeError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(VolumeError);
  return error as VolumeError;
}
