/**
 * kcat, which is librdkafka. It ends with 0 only when every message it was given was acknowledged and tells no more than that,
 * so a chunk that is one run of kcat is acknowledged as a whole or not known.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface KcatRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
}

export interface KcatInput {
  readonly key: string;
  readonly value: string;
}

/** `acknowledged`: all were; otherwise each may or may not be there. Slices are fed as they come, to one producer. */
export async function kcatProduce(bootstrap: string, topic: string, slices: AsyncIterable<readonly KcatInput[]> | readonly (readonly KcatInput[])[], settings: readonly string[] = []): Promise<{ acknowledged: boolean; output: string }> {
  // -E: a broker that is away for a moment is no reason to give up.
  const { code, stderr } = await kcat(['-P', '-b', bootstrap, '-t', topic, '-K', '\t', '-E', '-X', 'acks=all', '-X', 'reconnect.backoff.max.ms=500', ...settings.flatMap((setting) => ['-X', setting])], slices);
  return { acknowledged: code === 0, output: stderr };
}

/** Every record of a partition from its start to its end. */
export async function kcatRead(bootstrap: string, topic: string, partition: number): Promise<KcatRecord[]> {
  const { code, stdout, stderr } = await kcat(['-C', '-b', bootstrap, '-t', topic, '-p', String(partition), '-o', 'beginning', '-e', '-q', '-f', '%p\t%o\t%k\t%s\n', '-X', 'check.crcs=true']);
  if (code !== 0) throw new Error(`kcat could not read ${topic}-${partition}: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '').map((line) => {
    const [at = '', offset = '', key = '', value = ''] = line.split('\t');
    return { partition: Number(at), offset: Number(offset), key, value };
  });
}

async function kcat(parameters: readonly string[], slices: AsyncIterable<readonly KcatInput[]> | readonly (readonly KcatInput[])[] = []): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return await new Promise((resolve, reject) => {
    const child = spawn('kcat', parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr += String(chunk));
    child.on('error', reject);
    // It may end before it has read everything; its exit code says what that means.
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr }));
    void (async () => {
      for await (const slice of slices) {
        const more = child.stdin.write(slice.map(({ key, value }) => `${key}\t${value}\n`).join(''));
        if (!more && child.exitCode === null) await Promise.race([once(child.stdin, 'drain'), once(child, 'exit')]);
      }
      child.stdin.end();
    })().catch(reject);
  });
}
