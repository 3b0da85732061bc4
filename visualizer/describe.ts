/** Events, times and sizes in words: the text equivalent of what the canvas draws. */
import type { TraceArgs, TraceValue } from '../runtime/trace.ts';
import { argsOf, kindOf, type Trace } from './trace.ts';

/** One phrase for an event, without its time and node. Unknown kinds list their args. */
export function describe(trace: Trace, index: number): string {
  const args = argsOf(trace, index);
  const kind = kindOf(trace, index);
  const phrase = phrases[kind];
  const carried = trace.label[index]! >= 0 ? trace.labels[trace.label[index]!]! : '';
  return phrase ? phrase((key) => brief(args[key]), carried) : listArgs(args) || kind;
}

type Phrase = (arg: (key: string) => string, carried: string) => string;

const message = (what: string, preposition: string, end: string): Phrase => (arg, carried) => `${what} ${carried || bytes(arg('bytes'))} ${preposition} ${arg(end) || '?'}`;

const phrases: Readonly<Record<string, Phrase>> = {
  'node.start': (arg) => `starts${Number(arg('incarnation')) > 1 ? `, incarnation ${arg('incarnation')}` : ''}`,
  'node.kill': (arg) => `killed: ${arg('reason')}${arg('dropped') ? `, ${arg('dropped')} pending dropped` : ''}`,
  'node.sigterm': () => 'is told to end (SIGTERM)',
  'node.exit': (arg) => `exits: ${arg('reason')}`,
  'node.pause': () => 'paused',
  'node.resume': (arg) => `resumes, ${arg('held')} events were held`,
  'node.crash': (arg) => `crashes: ${arg('message')}`,
  'net.connect': (arg) => `connects to ${arg('to')}`,
  'net.accept': (arg) => `accepts ${arg('from')}`,
  'net.refused': (arg) => `refused by ${arg('to')}`,
  'net.send': message('sends', 'to', 'to'),
  'net.deliver': message('receives', 'from', 'from'),
  'net.drop': (arg, carried) => `loses ${carried || bytes(arg('bytes'))}: ${arg('why')}`,
  'net.close': (arg) => `connection closed: ${arg('why')}`,
  's3.put': (arg) => `puts ${arg('key')}${arg('bytes') ? `, ${bytes(arg('bytes'))}` : ''}`,
  's3.get': (arg) => `gets ${arg('key')}`,
  's3.list': (arg) => `lists ${arg('key')}`,
  's3.delete': (arg) => `deletes ${arg('key')}`,
  'store.apply': (arg) => `request of ${arg('from')} takes effect on ${arg('key')}: ${arg('outcome')}`,
  'run.phase': (arg) => `the run enters its phase: ${arg('phase')}`,
  'broker.ready': (arg) => `is ready, epoch ${arg('epoch')}`,
  'upload.committed': (arg) => `has uploaded ${arg('partitions')} partitions, WAL trimmed to ${arg('trim')}`,
  'partition.cold-read': (arg) => `reads ${arg('tp')} offset ${arg('offset')} from S3, ${bytes(arg('bytes'))}`,
  'partition.duplicate': (arg) => `recognises a repetition for ${arg('tp')}, already at ${arg('base')}`,
  'recovery.begin': (arg) => `begins to recover broker ${arg('broker')} of epoch ${arg('epoch')}`,
  'recovery.sealed': (arg) => `has sealed the WAL of broker ${arg('broker')} at slot ${arg('slot')}, ${arg('records')} records`,
  'recovery.done': (arg) => `has recovered broker ${arg('broker')}: ${arg('outcome')}`,
  's3.done': (arg) => `S3 answers ${arg('outcome')}${arg('why') ? ` (${arg('why')})` : ''}${arg('us') ? ` after ${duration(Number(arg('us')))}` : ''}`,
  'fault.begin': (arg) => `fault begins: ${arg('what') || arg('kind')}`,
  'fault.end': (arg) => `fault ends, ${arg('affected')} affected`,
  timer: () => 'timer fires',
  'clock.jump': (arg) => `clock jumps ${arg('ms')} ms`,
  'broker.request': (arg) => `handles ${arg('api')} v${arg('version')} of ${arg('client')}`,
  'broker.reply': (arg) => `answers ${arg('api')}${noError(arg('error')) ? '' : `: ${arg('error')}`}${arg('us') ? ` after ${duration(Number(arg('us')))}` : ''}`,
  'partition.open': (arg) => `opens ${arg('tp')} in epoch ${arg('epoch')}, end ${arg('end')}`,
  'partition.append': (arg) => `appends ${arg('count')} at ${arg('tp')} offset ${arg('base')}, epoch ${arg('epoch')}`,
  'partition.hw': (arg) => `high watermark of ${arg('tp')} is ${arg('hw')}`,
  'partition.close': (arg) => `closes ${arg('tp')}`,
  'wal.put': (arg) => `writes WAL slot ${arg('slot')}, ${arg('records')} records`,
  'wal.acked': (arg) => `WAL slot ${arg('slot')} is durable`,
  'wal.sealed': (arg) => `WAL slot ${arg('slot')} was sealed by a successor`,
  'meta.append': (arg) => `metadata ${arg('at')}: ${arg('commands')}`,
  'controller.elected': (arg) => `is controller, epoch ${arg('epoch')}`,
  'group.state': (arg) => `group ${arg('group')} is ${arg('state')}, generation ${arg('generation')}, ${arg('members')} members`,
  'group.commit': (arg) => `group ${arg('group')} commits ${arg('tp')} at ${arg('offset')}`,
  'group.refused': (arg) => `group ${arg('group')} refuses ${arg('api')} of ${arg('member')}: ${arg('error')}`,
  'op.send': (arg) => `sends ${arg('values')} to ${arg('tp') || 'any partition'}`,
  'op.send.ok': (arg) => `is told: written at offset ${arg('baseOffset')}`,
  'op.send.fail': (arg) => `is told: not written (${arg('error')})`,
  'op.send.unknown': (arg) => `does not know whether it was written (${arg('error')})`,
  'op.assign': (arg) => `is assigned ${arg('tps')}, generation ${arg('generation')}`,
  'op.revoke': (arg) => `gives up its partitions of generation ${arg('generation')}`,
  'op.poll': (arg) => `reads ${arg('tp')}: ${arg('records') || 'nothing'}`,
  'op.process': (arg) => `processes ${arg('value')} (${arg('tp')} offset ${arg('offset')})`,
  'op.commit': (arg) => `commits ${arg('tp')} at ${arg('offset')}`,
  'op.commit.ok': () => 'commit accepted',
  'op.commit.fail': (arg) => `commit refused (${arg('error')})`,
  'op.commit.unknown': (arg) => `commit unknown (${arg('error')})`,
  'op.fetch-committed': (arg) => `asks${of(arg)} what ${arg('group')} committed for ${arg('tp')}`,
  'op.fetch-committed.ok': (arg) => `committed offset is ${arg('offset')}`,
  'op.list-offsets': (arg) => `asks${of(arg)} for start and end of ${arg('tp')}`,
  'op.list-offsets.ok': (arg) => `log runs from ${arg('start')} to ${arg('end')}`,
  'op.fetch': (arg) => `asks${of(arg)} for what follows offset ${arg('offset')} of ${arg('tp')}`,
  'op.fetch.out-of-range': () => 'is told: no such offset',
  'op.init-producer': (arg) => `asks${of(arg)} for a producer id`,
  'op.init-producer.ok': (arg) => `is given producer id ${arg('producerId')}`,
  'op.drained': (arg) => `has read all of ${arg('tp')}, ${arg('start')} to ${arg('end')}`,
  'op.crash': (arg) => `client crashes: ${arg('error')}`,
};

/** Whom, when a broker was asked by name. */
const of = (arg: (name: string) => string): string => arg('broker') === '' ? '' : ` ${arg('broker')}`;

const noError = (error: string): boolean => error === '' || error === '0' || error === 'NONE';

function listArgs(args: TraceArgs): string {
  return Object.entries(args).map(([key, value]) => `${key} ${brief(value)}`).join(', ');
}

/** A value in a few words; long lists are counted. */
export function brief(value: TraceValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    const shown = value.slice(0, 3).map((item: TraceValue) => brief(item)).join(', ');
    return value.length > 3 ? `${shown} and ${value.length - 3} more` : shown;
  }
  if (typeof value === 'object') {
    const record = value as { readonly [key: string]: TraceValue };
    if (record['value'] !== undefined && record['offset'] !== undefined) return `${brief(record['value'])} at ${brief(record['offset'])}`;
    return Object.entries(record).map(([key, item]) => `${key} ${brief(item)}`).join(' ');
  }
  return String(value);
}

function bytes(size: string): string {
  const n = Number(size);
  if (!Number.isFinite(n) || size === '') return 'bytes';
  if (n < 1024) return `${n} B`;
  return n < 1048576 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1048576).toFixed(1)} MiB`;
}

/** `3.204 s`, and with `fine` down to the microsecond: `3.204 511 s`. */
export function clockTime(us: number, fine = false): string {
  const whole = Math.round(us);
  const seconds = Math.floor(whole / 1_000_000);
  const rest = String(whole % 1_000_000).padStart(6, '0');
  return fine ? `${seconds}.${rest.slice(0, 3)}\u2009${rest.slice(3)} s` : `${seconds}.${rest.slice(0, 3)} s`;
}

export function duration(us: number): string {
  if (us < 1000) return `${Math.round(us)} \u00b5s`;
  return us < 1_000_000 ? `${trim(us / 1000)} ms` : `${trim(us / 1_000_000)} s`;
}

const trim = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, ''));
