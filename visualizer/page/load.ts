/// <reference lib="dom" />
/** Takes the trace out of the page. No fetch: pages from disk may not use it. */

export async function embeddedTrace(): Promise<string> {
  const holder = document.getElementById('trace');
  if (!holder) throw new Error('this page holds no trace');
  const binary = atob((holder.textContent ?? '').trim());
  holder.textContent = '';
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}

export const embeddedNotice = (): string => (document.getElementById('notice')?.textContent ?? '').trim();
