/** Determinism broken on purpose, in a scratch build: what reads chance or time past the runtime throws, and what differs is named. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { buildScratch, type Breach } from './scratch.ts';

const PRODUCER = 'scenarios/workloads/producer.ts';
const LOOP = '  while (context.phase.producing) {\n';

const breaches: readonly (Breach & { readonly command: readonly string[]; readonly exit: number; readonly says: RegExp })[] = [
  {
    name: 'math-random-in-a-workload',
    edits: [{ file: PRODUCER, find: LOOP, replace: `${LOOP}    Math.random();\n` }],
    command: ['repro', 'quiet-sea', '--seed', '1'], exit: 1, says: /Math\.random/,
  },
  {
    // Timers, node:timers and AbortSignal.timeout are the world's own: what is left to stray is a real timer of another thread, or real I/O.
    name: 'stray-real-wake-up',
    edits: [
      { file: PRODUCER, find: LOOP, replace: `${LOOP}    await readFile('package.json').catch(() => undefined);\n` },
      { file: PRODUCER, find: "import type { Producer } from 'kafkajs';", replace: "import { readFile } from 'node:fs/promises';\nimport type { Producer } from 'kafkajs';" },
    ],
    command: ['repro', 'quiet-sea', '--seed', '1'], exit: 1, says: /outside any event|uncontrolled/,
  },
  {
    name: 'order-of-keys',
    edits: [{ file: 'scenarios/history.ts', find: 'const seq = rt.tracer.trace(operation.kind, args);', replace: 'const seq = rt.tracer.trace(operation.kind, new Date(0).getTimezoneOffset() === 0 ? args : Object.fromEntries(Object.entries(args).reverse()));' }],
    command: ['meta', 'quiet-sea', '--seeds', '1'], exit: 3, says: /op\.[a-z.-]+/,
  },
  {
    name: 'language-of-the-machine',
    edits: [{ file: PRODUCER, find: LOOP, replace: `${LOOP}    rt.tracer.trace('test.zone', { hours: new Date(0).getHours() });\n` }],
    command: ['meta', 'quiet-sea', '--seeds', '1'], exit: 3, says: /test\.zone/,
  },
];

describe.each(breaches)('$name', (breach) => {
  test('is found and named', { timeout: 120_000 }, () => {
    const scratch = buildScratch(breach);
    try {
      const { status, stdout, stderr } = spawnSync(process.execPath, [scratch.command, ...breach.command], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
      expect(status, stdout + stderr).toBe(breach.exit);
      expect(stdout + stderr).toMatch(breach.says);
    } finally {
      scratch.remove();
    }
  });
});
