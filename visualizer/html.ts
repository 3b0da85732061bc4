/** One self-contained page: style, script and data inside, nothing fetched. Opens from disk. */

export interface PageParts {
  readonly title: string;
  /** The trace, gzip then base64. */
  readonly payload: string;
  /** Shown on the page: what was left out to stay within the size budget. Empty for nothing. */
  readonly notice: string;
  readonly script: string;
  readonly style: string;
}

export function pageHtml(parts: PageParts): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">`,
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(parts.title)}</title>`,
    `<style>${parts.style.replaceAll('</style', '<\\/style')}</style>`,
    '</head>',
    '<body>',
    '<div id="app"><p class="loading">Reading the trace\u2026</p></div>',
    `<script id="notice" type="text/plain">${escapeHtml(parts.notice)}</script>`,
    `<script id="trace" type="application/octet-stream">${parts.payload}</script>`,
    `<script>${parts.script.replaceAll('</script', '<\\/script')}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
