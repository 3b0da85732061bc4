import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Complaint } from '../../cli/complaint.ts';
import { parseObjects } from '../../cli/objects-option.ts';
import { parseAddress, parseJobs, parseReporter, parseSeed, parseSeeds, parseShard, seedCount, shardIndexes } from '../../cli/options.ts';
import { sweepTasks } from '../../cli/sweep-tasks.ts';

describe('seeds', () => {
  test('a number is a count, from seed 1', () => {
    expect(parseSeeds('200')).toEqual({ first: 1, last: 200 });
    expect(parseSeeds('7')).toEqual({ first: 1, last: 7 });
  });
  test('a range is what it says, both ends included', () => {
    expect(parseSeeds('1000..1999')).toEqual({ first: 1000, last: 1999 });
    expect(parseSeeds('7..7')).toEqual({ first: 7, last: 7 });
    expect(seedCount(parseSeeds('1000..1999'))).toBe(1000);
  });
  test.each(['', '0', '-1', '1..', '..5', '9..3', '1.5', '1e3', 'all', '1...5', '0x10', '1..99999999999', '99999999999999999999', '1..2000000'])('%j is refused in one line', (text) => {
    expect(complaint(() => parseSeeds(text))).toMatchObject({ exitCode: 2 });
  });
  test('says how to turn a range round', () => {
    expect(complaint(() => parseSeeds('9..3')).message).toBe('--seeds "9..3" ends before it starts; write the smaller seed first: 3..9');
  });
});

describe('other values', () => {
  test('seed, jobs, reporter', () => {
    expect(parseSeed('0')).toBe(0);
    expect(parseSeed('4294967295')).toBe(4_294_967_295);
    expect(parseJobs('4')).toBe(4);
    expect(parseReporter('junit')).toBe('junit');
  });
  test.each([
    () => parseSeed('4294967296'),
    () => parseSeed('1..2'),
    () => parseSeed(''),
    () => parseJobs('0'),
    () => parseJobs('1000'),
    () => parseJobs('many'),
    () => parseReporter('xml'),
    () => parseShard('0/3'),
    () => parseShard('4/3'),
    () => parseShard('1'),
    () => parseShard('1/0'),
  ])('refuses nonsense %#', (parse) => {
    expect(complaint(parse)).toMatchObject({ exitCode: 2 });
  });
  test('addresses', () => {
    expect(parseAddress('--listen', '127.0.0.1:9092')).toEqual({ host: '127.0.0.1', port: 9092 });
    expect(parseAddress('--listen', '[::1]:0')).toEqual({ host: '::1', port: 0 });
    expect(parseAddress('--listen', ':9092')).toEqual({ host: '0.0.0.0', port: 9092 });
    for (const text of ['9092', 'localhost', 'localhost:', 'a:b', 'localhost:70000', 'http://a:1']) expect(complaint(() => parseAddress('--listen', text)).message).toMatch(/^--listen .* is not an address/);
  });
  test('stores', () => {
    expect(parseObjects('file:/data/objects')).toEqual({ kind: 'directory', path: '/data/objects' });
    expect(parseObjects('file:///data/objects')).toEqual({ kind: 'directory', path: '/data/objects' });
    expect(parseObjects('s3://my-bucket?endpoint=http://127.0.0.1:9000')).toEqual({ kind: 's3', bucket: 'my-bucket', endpoint: 'http://127.0.0.1:9000', region: null });
    expect(parseObjects('s3://my-bucket?region=eu-central-1')).toEqual({ kind: 's3', bucket: 'my-bucket', endpoint: null, region: 'eu-central-1' });
    for (const text of ['', 'file:', '/data', 's3://', 's3://UPPER', 's3://b/prefix', 's3://bucket?endpoint=nine', 's3://bucket?key=1']) expect(complaint(() => parseObjects(text))).toMatchObject({ exitCode: 2 });
  });
});

describe('shards', () => {
  test('are disjoint and together everything, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 50 }), (count, of) => {
        const parts = Array.from({ length: of }, (_, part) => shardIndexes(count, { index: part + 1, of }));
        expect(parts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
        const sizes = parts.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const part of parts) expect(part).toEqual([...part].sort((a, b) => a - b));
      }),
    );
  });
  test('part every scenario, not only the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 12 }), (scenarioCount, seeds, of) => {
        const names = Array.from({ length: scenarioCount }, (_, index) => `s${index}`);
        const range = { first: 100, last: 100 + seeds - 1 };
        const all = sweepTasks(names, range, null).map((task) => `${task.scenario} ${task.seed}`);
        expect(new Set(all).size).toBe(scenarioCount * seeds);
        const parts = Array.from({ length: of }, (_, part) => sweepTasks(names, range, { index: part + 1, of }).map((task) => `${task.scenario} ${task.seed}`));
        expect(parts.flat().sort()).toEqual([...all].sort());
      }),
    );
  });
});

function complaint(act: () => unknown): Complaint {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(Complaint);
    expect((error as Complaint).message).not.toContain('\n');
    return error as Complaint;
  }
  throw new Error('accepted');
}
