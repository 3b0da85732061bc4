// Speaks the worker's side of cli/messages.ts, with outcomes that depend on the seed alone.
import { writeFileSync } from 'node:fs';

let sent = 0;
process.on('disconnect', () => process.exit(0));
process.on('message', ({ id, task }) => {
  const { scenario, seed, traceFile } = task;
  if (seed === 7) {
    process.stderr.write('RangeError: out of everything\n    at nowhere\n');
    process.exit(9);
  }
  if (seed === 8) return process.send({ kind: 'threw', id, message: 'broke', stack: 'Error: broke\n    at somewhere' });
  if (seed === 11) for (;;);
  const hash = seed === 9 ? `${process.pid}` : `hash-${scenario}-${seed}`;
  const violated = seed % 5 === 0 || seed === 9;
  const violations = violated ? [{ invariant: 'lost-write', blame: 'broker', summary: `record ${seed} is gone`, at: 3, evidence: [3], steps: [] }] : [];
  if (traceFile) writeFileSync(traceFile, `{"type":"header"}\n{"seq":1,"t":0,"args":{}}\n{"seq":2,"t":0,"args":{"it":"${hash}"}}\n`);
  if (task.pageFile) writeFileSync(task.pageFile, '<!doctype html>');
  const result = { scenario, seed, verdict: violated ? 'violated' : 'held', violations, faults: [{ id: 'f1', kind: 'broker-kill', description: 'kill', beginUs: 1, endUs: 2, fired: true, affected: 3 }], counters: {}, sometimes: { seen: 1, unseen: 0 }, events: 100, hash, simulatedUs: 1e6, wallMs: 2 };
  // Answers out of step: the report must not show it.
  setTimeout(() => process.send({ kind: 'done', id, result }), (seed * 7) % 5 + (sent++ % 2));
});
process.send({ kind: 'ready' });
