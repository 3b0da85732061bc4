/** The file that comes out: self-contained, within its budget, and the trace inside is the trace that went in. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTrace, renderHtml, renderTrace, TraceError } from '../../visualizer/index.ts';
import { evidenceOf } from '../../visualizer/cone.ts';
import { kindOf } from '../../visualizer/trace.ts';
import { sampleTrace } from './sample-trace.ts';
import { textOf } from './small-trace.ts';

const embedded = (html: string): string => gunzipSync(Buffer.from(/<script id="trace"[^>]*>([^<]*)</.exec(html)![1]!, 'base64')).toString('utf8');
const noticeOf = (html: string): string => /<script id="notice"[^>]*>([^<]*)</.exec(html)![1]!;

test('the page holds everything and fetches nothing', () => {
  const text = sampleTrace({ events: 1000, violated: true });
  const html = renderTrace(text);
  expect(embedded(html)).toBe(text);
  expect(noticeOf(html)).toBe('');
  expect(html).toContain("default-src 'none'");
  expect(html.replace(/<script>[\s\S]*<\/script>/, '')).not.toMatch(/https?:|src=|@import|url\(/);
});

test('the same trace gives the same page', () => {
  const text = sampleTrace({ events: 500, violated: true });
  expect(renderTrace(text)).toBe(renderTrace(text));
});

test('markup in a trace stays text', () => {
  const text = textOf([[1, 'p1', 'op.crash', 0, { error: '</script><script>alert(1)</script>' }]]).replace('"tiny"', '"<b>tiny</b>"');
  const html = renderHtml(text, 'void "</script>"', 'p::after { content: "</style>" }');
  expect(html).toContain('<title>&lt;b&gt;tiny');
  expect(html.match(/<\/script>/g)).toHaveLength(3);
  expect(html.match(/<\/style>/g)).toHaveLength(1);
});

test('what is no trace is refused before there is a page', () => {
  expect(() => renderHtml('nonsense', '', '')).toThrow(TraceError);
});

describe('a trace over the budget', () => {
  const text = sampleTrace({ events: 20_000, violated: true });
  const budget = 150_000;
  const html = renderHtml(text, '', '', budget);
  const [all, kept] = [readTrace(text), readTrace(embedded(html))];

  test('fits, and the page says what was left out', () => {
    expect(html.length).toBeLessThanOrEqual(budget);
    expect(kept.count).toBeLessThan(all.count);
    expect(noticeOf(html)).toContain(`${kept.count.toLocaleString('en')} of ${all.count.toLocaleString('en')} events`);
  });

  test('keeps the cone, the faults and the time around the violation', () => {
    const seqs = new Set(kept.seq);
    const [violation] = all.footer!.violations;
    for (const index of evidenceOf(all, violation!)) expect(seqs).toContain(all.seq[index]);
    for (let i = 0; i < all.count; i++) if (/^(fault\.|node\.kill)/.test(kindOf(all, i))) expect(seqs).toContain(all.seq[i]);
    expect(seqs).toContain(violation!.at - 1);
    expect(kept.footer).toEqual(all.footer);
  });
});

test('300,000 events fit without cutting', () => {
  const html = renderTrace(sampleTrace({ events: 300_000, violated: true }));
  expect(noticeOf(html)).toBe('');
  expect(html.length).toBeLessThan(12 * 1024 * 1024);
}, 60_000);
