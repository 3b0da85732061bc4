/** One line on a terminal that is written over, for work whose length nobody knows. Silent elsewhere. */
export interface StatusLine {
  show(text: string): void;
  clear(): void;
}

export function statusLine(stream: NodeJS.WriteStream = process.stderr): StatusLine {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} };
  return {
    show: (text) => void stream.write(`\r\x1b[K${text.slice(0, stream.columns - 1)}`),
    clear: () => void stream.write('\r\x1b[K'),
  };
}
