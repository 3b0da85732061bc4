/** Programs in `programs/` that use a real client: one exercise a run, and what it saw as JSON. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Seen = Readonly<Record<string, unknown>>;

/** `onProgress` is called with each `progress N` line. Rejects with what the program said when it does not end well. */
export async function exercise(command: string, parameters: readonly string[], onProgress: (count: number) => void = () => undefined): Promise<Seen> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  let last = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => stderr += String(chunk));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('progress ')) onProgress(Number(line.slice('progress '.length)));
    else last = line;
  });
  const code = await new Promise<number | null>((resolve, reject) => void child.on('close', resolve).on('error', reject));
  if (code !== 0) throw new Error(`${command} ${parameters.slice(-1).join(' ')} ended with ${code ?? 'a signal'}: ${stderr.slice(-4_000)}`);
  return JSON.parse(last) as Seen;
}

/** What each way of producing must come to. */
export const WHOLE = { errors: [], same: true, gapless: true };

const TIMEOUT_MS = 150_000;
