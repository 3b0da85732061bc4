/** Reading a trace file: what is refused, in which words, and how events are joined. */
import { describe, expect, test } from 'vitest';
import { readTrace, TraceError } from '../../visualizer/trace-reader.ts';
import { argsOf, kindOf, nodeOf, type Trace } from '../../visualizer/trace.ts';
import { sampleTrace } from './sample-trace.ts';
import { traceOf } from './small-trace.ts';

const sample = sampleTrace({ events: 3000, violated: true });
const failure = (text: string): TraceError => {
  try {
    readTrace(text);
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error('was read');
};

describe('what is refused', () => {
  test('something that is no trace', () => {
    for (const text of ['', 'hello\n', '{"type":"report"}\n', '\u0000\u0001']) expect(failure(text).code).toBe('NOT_A_TRACE');
  });

  test('another format, naming who wrote it', () => {
    const other = sample.replace('"format":1', '"format":2');
    expect(failure(other)).toMatchObject({ code: 'OTHER_FORMAT', message: 'trace format 2, this wavetank reads 1: use the wavetank that wrote it (version 0.1.0)' });
  });

  test('a bad line, by its number', () => {
    const lines = sample.split('\n');
    lines[41] = '{"seq":41,';
    expect(failure(lines.join('\n'))).toMatchObject({ code: 'BAD_LINE', message: 'line 42 is not a trace event: {"seq":41,' });
  });

  test('events out of order', () => {
    const lines = sample.split('\n');
    [lines[10], lines[11]] = [lines[11]!, lines[10]!];
    expect(failure(lines.join('\n')).message).toMatch(/^line 12 is out of order/);
  });

  test('every message is one line', () => {
    for (const text of ['x\ny', sample.replace('"format":1', '"format":9')]) expect(failure(text).message).not.toContain('\n');
  });
});

describe('a truncated trace', () => {
  test.each([['between lines', sample.split('\n').slice(0, 500).join('\n')], ['within a line', sample.slice(0, 90_000)], ['after the header', `${sample.split('\n')[0]}\n`]])('cut %s is viewable with a notice', (_, text) => {
    const trace = readTrace(text);
    expect(trace.footer).toBeNull();
    expect(trace.notices).toEqual([expect.stringContaining('ends early')]);
  });
});

test('reads back every event of the sample', () => {
  const trace = readTrace(sample);
  const lines = sample.trimEnd().split('\n').slice(1, -1);
  expect(trace.count).toBe(lines.length);
  lines.forEach((line, i) => {
    const event = JSON.parse(line) as { seq: number; t: number; node: string; kind: string; cause: number; args: object };
    expect([trace.seq[i], trace.t[i], nodeOf(trace, i), kindOf(trace, i)]).toEqual([event.seq, event.t, event.node, event.kind]);
    expect(trace.cause[i] === -1 ? 0 : trace.seq[trace.cause[i]!]).toBe(event.cause);
    expect(argsOf(trace, i)).toEqual(event.args);
  });
  expect(trace.byLane.reduce((sum, events) => sum + events.length, 0)).toBe(trace.count);
});

test('a carriage return before the newline does no harm', () => {
  expect(readTrace(sample.replaceAll('\n', '\r\n')).count).toBe(readTrace(sample).count);
});

describe('events that belong together', () => {
  const labelOf = (trace: Trace, i: number): string => (trace.label[i]! < 0 ? '' : trace.labels[trace.label[i]!]!);

  test('a send, its delivery, the request read from it and the reply', () => {
    const trace = traceOf([
      [10, 'p1', 'net.send', 0, { conn: 1, to: 'b1', bytes: 50, crc: 1 }],
      [20, 'b1', 'net.deliver', 1, { conn: 1, from: 'p1', bytes: 50, sent: 1 }],
      [20, 'b1', 'broker.request', 2, { api: 'Produce', version: 7, correlation: 3, client: 'p1' }],
      [25, 'b1', 'broker.reply', 2, { api: 'Produce', correlation: 3, error: 'NONE', us: 5 }],
      [25, 'b1', 'net.send', 2, { conn: 1, to: 'p1', bytes: 9, crc: 1 }],
      [40, 'p1', 'net.deliver', 5, { conn: 1, from: 'b1', bytes: 9, sent: 5 }],
    ]);
    expect([...trace.pair.subarray(0, 6)]).toEqual([1, 0, 3, 2, 5, 4]);
    expect([0, 1, 4, 5].map((i) => labelOf(trace, i))).toEqual(['Produce v7', 'Produce v7', 'Produce reply', 'Produce reply']);
  });

  test('bytes that arrive in two parts are no duplicate; bytes that arrive again are', () => {
    const trace = traceOf([
      [10, 'p1', 'net.send', 0, { conn: 1, to: 'b1', bytes: 50, crc: 1 }],
      [20, 'b1', 'net.deliver', 1, { conn: 1, from: 'p1', bytes: 20, sent: 1 }],
      [21, 'b1', 'net.deliver', 1, { conn: 1, from: 'p1', bytes: 30, sent: 1 }],
      [22, 'b1', 'net.deliver', 1, { conn: 1, from: 'p1', bytes: 50, sent: 1 }],
    ]);
    expect([...trace.duplicate.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
  });

  test('operations by process, S3 requests by node, faults by id', () => {
    const trace = traceOf([
      [1, 'p1', 'op.send', 0, { op: 1, process: 'p1', tp: 'a-0', key: null, values: ['v1'], producer: { idempotent: true, maxInFlight: 1 } }],
      [2, 'b1', 's3.put', 0, { op: 1, key: 'x' }],
      [3, 'control', 'fault.begin', 0, { id: 'f1', kind: 'partition', what: 'cut' }],
      [4, 'b1', 's3.done', 2, { op: 1, outcome: 'stored', us: 2 }],
      [5, 'p1', 'op.send.unknown', 1, { op: 1, process: 'p1', error: 'timed out' }],
      [6, 'control', 'fault.end', 3, { id: 'f1', affected: 2 }],
    ]);
    expect([...trace.pair.subarray(0, 6)]).toEqual([4, 3, 5, 1, 0, 2]);
  });

  test('a cause that was not kept is no cause', () => {
    const trace = traceOf([[1, 'p1', 'timer', 0, {}], [2, 'p1', 'timer', 99, {}]]);
    expect([...trace.cause]).toEqual([-1, -1]);
  });

  test('a node that the header does not name gets a lane', () => {
    expect(traceOf([[1, 'stranger', 'timer', 0, {}]]).lanes.at(-1)).toEqual({ node: 'stranger', role: 'client' });
  });
});
