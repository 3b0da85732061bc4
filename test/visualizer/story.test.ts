/** What the page says first, the causal cone behind it, words for events, and search. */
import { describe, expect, test } from 'vitest';
import { causalPast, causeChain, Effects } from '../../visualizer/cone.ts';
import { clockTime, describe as say, duration } from '../../visualizer/describe.ts';
import { search } from '../../visualizer/search.ts';
import { tellStory } from '../../visualizer/story.ts';
import { readTrace } from '../../visualizer/trace-reader.ts';
import { kindOf } from '../../visualizer/trace.ts';
import { sampleTrace } from './sample-trace.ts';
import { traceOf } from './small-trace.ts';

const red = readTrace(sampleTrace({ events: 3000, violated: true }));
const green = readTrace(sampleTrace({ events: 3000, violated: false }));

describe('the story', () => {
  test('of a violation: sentence, steps with both ends, command', () => {
    const story = tellStory(red);
    expect(story).toMatchObject({ outcome: 'violated', headline: 'A promise was broken', command: 'npx wavetank repro broker-loss --seed 4711' });
    const [chapter] = story.chapters;
    expect(chapter!.summary).toContain('nobody can read it');
    expect(chapter!.steps).toHaveLength(5);
    for (const step of chapter!.steps) for (const place of [step.from, step.to]) expect(place.index).toBeGreaterThanOrEqual(0);
    expect(kindOf(red, chapter!.at)).toBe('op.drained');
  });

  test('the command of a run with a plan of its own names the plan', () => {
    const command = (planFile: string): string => tellStory({ ...red, header: { ...red.header, planFile } }).command;
    expect(command('small.plan.json')).toBe('npx wavetank repro broker-loss --seed 4711 --plan small.plan.json');
    expect(command("it's $(mine).json")).toBe(`npx wavetank repro broker-loss --seed 4711 --plan 'it'\\''s $(mine).json'`);
  });

  test('a command to be pasted runs nothing but wavetank, whoever wrote the trace', () => {
    expect(tellStory({ ...red, header: { ...red.header, scenario: 'x; curl evil' } }).command).toBe("npx wavetank repro 'x; curl evil' --seed 4711");
  });

  test('of a good run', () => {
    expect(tellStory(green)).toMatchObject({ outcome: 'held', headline: 'All promises held', chapters: [] });
  });

  test('of a trace without an end', () => {
    expect(tellStory(readTrace(sampleTrace({ events: 500, violated: true }).split('\n').slice(0, 300).join('\n')))).toMatchObject({ outcome: 'unknown', headline: 'No verdict' });
  });

  test('evidence that was not kept is said, not hidden', () => {
    const trace = traceOf([[1, 'p1', 'timer', 0, {}]], [{ invariant: 'x', blame: 'broker', summary: 's', at: 1, evidence: [77], steps: [{ from: 77, to: 1, because: 'b' }] }]);
    expect(tellStory(trace).chapters[0]!.steps[0]!.from).toEqual({ index: -1, label: 'event 77 (not kept)' });
  });
});

describe('the cone', () => {
  test('follows causes and the beginning of what ended, never the future', () => {
    const trace = traceOf([
      [1, 'p1', 'op.send', 0, { op: 1, process: 'p1', values: [] }],
      [2, 'p1', 'net.send', 1, { to: 'b1', bytes: 1 }],
      [3, 'b2', 'timer', 0, {}],
      [4, 'b1', 'net.deliver', 0, { from: 'p1', bytes: 1, sent: 2 }],
      [5, 'b1', 'wal.put', 4, { slot: 1, records: 1, bytes: 1 }],
      [6, 'p1', 'op.send.ok', 0, { op: 1, process: 'p1', baseOffset: 0 }],
    ]);
    expect([...causalPast(trace, [4])]).toEqual([1, 1, 0, 1, 1, 0]);
    expect(causeChain(trace, 4, 10)).toEqual([3, 1, 0]);
    expect([...new Effects(trace).of(0)]).toEqual([1, 5]);
  });

  test('a chain as long as the run does not overflow', () => {
    const trace = traceOf(Array.from({ length: 50_000 }, (_, at) => [at, 'p1', 'timer', at, {}] as const));
    expect(causalPast(trace, [49_999]).every((inside) => inside === 1)).toBe(true);
  });
});

describe('words', () => {
  test('every kind in the sample reads as a phrase, none as raw JSON', () => {
    for (let i = 0; i < red.count; i++) {
      const phrase = say(red, i);
      expect(phrase, kindOf(red, i)).not.toBe('');
      expect(phrase, kindOf(red, i)).not.toMatch(/[{}]|undefined|NaN|\[object/);
    }
  });

  test('an unknown kind lists its args', () => {
    expect(say(traceOf([[1, 'p1', 'new.kind', 0, { a: 1, b: ['x', 'y'] }]]), 0)).toBe('a 1, b x, y');
  });

  test('times and durations', () => {
    expect([clockTime(3_204_511), clockTime(999), duration(12), duration(3410), duration(2_500_000)]).toEqual(['3.204 s', '0.000 s', '12 \u00b5s', '3.41 ms', '2.5 s']);
    expect(clockTime(3_204_511, true)).toBe('3.204\u2009511 s');
  });
});

describe('search', () => {
  const found = (query: string): number[] => [...(search(red, query) ?? [])].flatMap((hit, i) => (hit ? [i] : []));

  test('by kind, room, node, seq and text, all at once', () => {
    expect(found('kind:s3.put node:b1').every((i) => kindOf(red, i) === 's3.put')).toBe(true);
    expect(new Set(found('kind:s3').map((i) => kindOf(red, i)))).toEqual(new Set(['s3.put', 's3.done']));
    expect(found('seq:12')).toEqual([11]);
    expect(found('V-812').map((i) => kindOf(red, i))).toEqual(['op.send']);
    expect(found('node:nobody')).toEqual([]);
  });

  test('nothing asked is nothing narrowed', () => {
    expect(search(red, '  ')).toBeNull();
  });

  test('text finds what a plain reading of the lines finds', () => {
    for (const word of ['payments-0', 'kill -9'.split(' ')[0]!, 'b1', '"', 'timer', '.']) {
      const plain = Array.from({ length: red.count }, (_, i) => red.text.slice(red.lineStart[i], red.lineEnd[i])).flatMap((line, i) => (line.toLowerCase().includes(word) ? [i] : []));
      expect(found(word)).toEqual(plain);
    }
  });
});
