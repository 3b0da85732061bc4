/** One report in all four forms. What people and CI servers read must not change by accident. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { reporters } from '../../cli/reporters/index.ts';
import type { SweepReport } from '../../cli/report.ts';

const violation = { invariant: 'lost-write', blame: 'broker' as const, summary: 'Record v17 of payments-0 was acknowledged at offset 12 and is gone: <&>"\u0001', at: 41, evidence: [17, 41], steps: [] };

const report: SweepReport = {
  version: { wavetank: '0.1.0', commit: '0123456789abcdef' },
  seeds: { first: 1, last: 3 },
  shard: { index: 1, of: 2 },
  jobs: 2,
  elapsedMs: 4321,
  scenarios: [
    { scenario: 'broker-loss', seeds: 3, held: 1, violated: 1, broken: 1, events: 123_456, simulatedUs: 180_000_000, wallMs: 3000 },
    { scenario: 'wal-stall', seeds: 1, held: 1, violated: 0, broken: 0, events: 1000, simulatedUs: 60_000_000, wallMs: 1000 },
  ],
  faults: [
    { kind: 'broker-kill', armed: 4, fired: 4, effective: 4, affected: 1234 },
    { kind: 'clock-jump', armed: 2, fired: 2, effective: 0, affected: 0 },
  ],
  sometimes: [
    { name: 'leader moved with appends in flight', times: 12 },
    { name: 'two controllers at once', times: 0 },
  ],
  runs: [
    { scenario: 'broker-loss', seed: 1, outcome: 'held', wallMs: 900, hash: 'aa' },
    { scenario: 'broker-loss', seed: 2, outcome: 'violated', wallMs: 1100, hash: 'bb' },
    { scenario: 'broker-loss', seed: 3, outcome: 'broken', wallMs: 0, hash: '' },
    { scenario: 'wal-stall', seed: 1, outcome: 'held', wallMs: 1000, hash: 'cc' },
  ],
  failures: [
    { scenario: 'broker-loss', seed: 2, kind: 'violated', sentence: `lost-write: ${violation.summary}`, violations: [violation], stack: null, replay: { kind: 'same' }, files: { trace: 'out/broker-loss-2.trace.jsonl' } },
    { scenario: 'broker-loss', seed: 3, kind: 'broken', sentence: 'no verdict: its process was ended by SIGKILL', violations: [], stack: null, replay: { kind: 'none' }, files: {} },
  ],
  gaps: ['fault clock-jump fired 2 times and never affected anything'],
  gapsFail: false,
  exitCode: 1,
};

test('text', () => {
  const text = words(report).replace(process.versions.node, 'VERSION');
  expect(text).toMatchInlineSnapshot(`
    "wavetank 0.1.0 (012345678, Node VERSION): 2 scenarios, seeds 1..3, part 1 of 2, 2 at a time, 4.3 s
    scenario      seeds   held   violated   no verdict    events   events/s   simulated s per s
    broker-loss       3      1          1            1   123,456     41,152                  60
    wal-stall         1      1          0            0     1,000      1,000                  60

    fault         planned   fired   had an effect   operations affected
    broker-kill         4       4               4                 1,234
    clock-jump          2       2               0                     0

    what the runs met                     times
    leader moved with appends in flight      12
    two controllers at once               never

    ✗ broker-loss, seed 2: lost-write: Record v17 of payments-0 was acknowledged at offset 12 and is gone: <&>"
        npx wavetank repro broker-loss --seed 2
        trace: out/broker-loss-2.trace.jsonl
    ✗ broker-loss, seed 3: no verdict: its process was ended by SIGKILL
        npx wavetank repro broker-loss --seed 3
    ! coverage: fault clock-jump fired 2 times and never affected anything; from 200 seeds a scenario on that fails the run
    2 failures in 4 runs
    "
  `);
});

test('text says nondeterminism before anything else', () => {
  const differs = { ...report, failures: [{ ...report.failures[0]!, replay: { kind: 'differs' as const, sweepHash: 'aa', replayHash: 'bb', suspect: 'trace' as const, difference: { line: 9, seq: 8, a: 'this', b: 'that' } } }] };
  expect(words(differs)).toContain('nondeterminism: hash aa in the sweep, bb when run again; event 8 (line 9) differs: a: this b: that');
  expect(words(differs).trimEnd().split('\n').at(-1)).toBe('nondeterminism: 1 seed of 4 runs did not run the same twice');
});

test('json carries everything, and the command that replays a failure', () => {
  const json = JSON.parse(reporters.json(report)) as { format: number; failures: { repro: string }[]; runs: unknown[]; exitCode: number };
  expect(json).toMatchObject({ format: 1, exitCode: 1, seeds: { first: 1, last: 3 } });
  expect(json.failures[0]?.repro).toBe('npx wavetank repro broker-loss --seed 2');
  expect(json.runs).toHaveLength(4);
});

test('junit is well-formed, and its counts are those of its cases', () => {
  const xml = reporters.junit(report);
  const elements = parseXml(xml);
  const count = (name: string): number => elements.filter((element) => element.name === name).length;
  expect(elements[0]).toMatchObject({ name: 'testsuites', attributes: { tests: '4', failures: '1', errors: '1' } });
  expect([count('testsuite'), count('testcase'), count('failure'), count('error')]).toEqual([2, 4, 1, 1]);
  expect(elements.find(({ name }) => name === 'failure')?.attributes['message']).toBe('lost-write: Record v17 of payments-0 was acknowledged at offset 12 and is gone: <&>"\uFFFD');
});

test('junit tells of faults that proved nothing once that fails the run', () => {
  const elements = parseXml(reporters.junit({ ...report, gapsFail: true }));
  expect(elements[0]?.attributes).toMatchObject({ tests: '5', failures: '2' });
  expect(elements.filter(({ name }) => name === 'testcase')).toHaveLength(5);
});

test('github annotates each failure on one line', () => {
  const lines = reporters.github(report).split('\n');
  expect(lines[0]).toMatch(/^::error title=broker-loss%2C seed 2::lost-write: .*%0Areproduce: npx wavetank repro broker-loss --seed 2$/);
  expect(lines[2]).toBe('::warning title=coverage::fault clock-jump fired 2 times and never affected anything');
});

/** What the text says; a terminal or a CI server (CI, FORCE_COLOR) paints it as well. */
function words(said: SweepReport): string {
  return stripVTControlCharacters(reporters.text(said));
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Strict enough to refuse what an XML parser would: unbalanced tags, bare ampersands, characters XML has no way to hold. */
function parseXml(xml: string): Element[] {
  expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/);
  expect(xml).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/);
  expect(xml).not.toMatch(/&(?!#\d+;)/);
  const elements: Element[] = [];
  const open: string[] = [];
  const rest = xml.replace(/^<\?.*?\?>/, '').replace(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g, (_, close: string, name: string, attributes: string, selfClosed: string) => {
    if (close) expect(open.pop()).toBe(name);
    else {
      elements.push({ name, attributes: Object.fromEntries([...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map((match) => [match[1], unescape(match[2] ?? '')])) });
      if (!selfClosed) open.push(name);
    }
    return '';
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  return elements;
}

function unescape(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
