/**
 * The node side: compresses the trace and puts it into the page. A trace too large for the budget is cut
 * down to what explains the violation, and the page says so.
 */
import { gzipSync } from 'node:zlib';
import { pageHtml } from './html.ts';
import { slim } from './slim.ts';
import { readTrace } from './trace-reader.ts';

export const pageBudgetBytes = 12 * 1024 * 1024;

export function renderHtml(traceText: string, pageScript: string, pageStyle: string, budgetBytes = pageBudgetBytes): string {
  const trace = readTrace(traceText); // a file that cannot be read is refused here and not in the browser
  const room = budgetBytes - pageScript.length - pageStyle.length - 4096;
  let kept = { text: traceText, notice: '' };
  let payload = compress(traceText);
  for (let share = (room / payload.length) * 0.9; payload.length > room && trace.count > 0; share *= 0.7) {
    kept = slim(trace, Math.floor(trace.count * share));
    payload = compress(kept.text);
    if (share < 0.001) break;
  }
  const verdict = trace.footer?.verdict === 'violated' ? (trace.footer.violations[0]?.invariant ?? 'violated') : trace.footer ? 'all promises held' : 'no verdict';
  return pageHtml({ title: `${trace.header.scenario} seed ${trace.header.seed}: ${verdict} - Wavetank`, payload, notice: kept.notice, script: pageScript, style: pageStyle });
}

/** The same bytes on every platform: zlib notes the operating system in the header, so that byte is cleared. */
function compress(text: string): string {
  const bytes = gzipSync(Buffer.from(text, 'utf8'), { level: 6 });
  bytes[9] = 255;
  return bytes.toString('base64');
}
