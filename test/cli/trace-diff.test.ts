import { expect, test } from 'vitest';
import { diffTraces, showDifference } from '../../cli/trace-diff.ts';

const event = (seq: number, kind: string): string => JSON.stringify({ seq, t: seq * 10, node: 'b1', kind, cause: 0, args: {} });
const trace = (...lines: string[]): string => `${['{"type":"header"}', ...lines].join('\n')}\n`;

test('equal traces have no difference', () => {
  expect(diffTraces(trace(event(1, 'a')), trace(event(1, 'a')))).toBeNull();
});
test('names the first event that differs', () => {
  const difference = diffTraces(trace(event(1, 'a'), event(2, 'net.send'), event(3, 'x')), trace(event(1, 'a'), event(2, 'net.close'), event(3, 'y')));
  expect(difference).toMatchObject({ line: 3, seq: 2, a: event(2, 'net.send'), b: event(2, 'net.close') });
  expect(difference && showDifference(difference)).toMatch(/^event 2 \(line 3\) differs: a: .*net\.send.* b: .*net\.close/);
});
test('names the event that only one has', () => {
  expect(diffTraces(trace(event(1, 'a')), trace(event(1, 'a'), event(2, 'b')))).toMatchObject({ line: 3, seq: 2, a: null });
});
test('differs in the first line', () => {
  expect(diffTraces('{"a":1}\n', '{"b":1}\n')).toMatchObject({ line: 1, seq: null });
});
