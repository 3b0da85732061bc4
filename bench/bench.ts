/**
 * The benchmark: how much simulated time a second of one process buys, with unmodified kafkajs, and where it goes.
 * `npm run bench` prints it; docs/benchmarks.md keeps ratios, because machines are noisy and differ.
 *
 *   broker-loss: 3 brokers, 6 partitions, 2 producers at 100 records/s each in sends of 10, a 3-member group, 30 s of storm
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brokerLoss } from '../scenarios/broker-loss.ts';
import { runScenario, type Scenario } from '../scenarios/index.ts';
import { profileRooms } from './rooms.ts';

const WARM_UP_SEEDS = 6;
const SEEDS = 24;

interface Measured {
  readonly seeds: number;
  readonly wallMs: number;
  /** Of all threads: V8 compiles and collects garbage beside the program. */
  readonly cpuMs: number;
  readonly simulatedMs: number;
  readonly events: number;
  readonly records: number;
}

async function measure(scenario: Scenario, firstSeed: number, seeds: number): Promise<Measured> {
  const total = { seeds, wallMs: 0, cpuMs: 0, simulatedMs: 0, events: 0, records: 0 };
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const result = await runScenario(scenario, { seed });
    total.simulatedMs += result.simulatedUs / 1000;
    total.events += result.events;
    total.records += result.counters['recordsSent'] ?? 0;
  }
  total.wallMs = performance.now() - wallBefore;
  const cpu = process.cpuUsage(cpuBefore);
  total.cpuMs = (cpu.user + cpu.system) / 1000;
  return total;
}

/** Ten times the records and more, by living ten times as long: if a record then cost more, something would grow faster than the history. */
function tenfold(scenario: Scenario): Scenario {
  const { config } = scenario;
  return { ...scenario, config: { ...config, warmUpMs: config.warmUpMs * 10, stormMs: config.stormMs * 10, calmMs: config.calmMs * 10 } };
}

/** What is left after a full collection: a process that runs seeds all night must not grow. */
function heapKept(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

function row(name: string, measured: Measured): string {
  const seconds = measured.wallMs / 1000;
  return [
    name.padEnd(14),
    `${(measured.simulatedMs / measured.wallMs).toFixed(0)} simulated s per wall s`.padEnd(28),
    `${(measured.simulatedMs / measured.cpuMs).toFixed(0)} per CPU s`.padEnd(17),
    `${Math.round(measured.events / seconds)} events/s`.padEnd(18),
    `${(measured.seeds / seconds).toFixed(2)} seeds/s`.padEnd(24),
    `${Math.round(measured.records / measured.seeds)} records per seed`,
  ].join('');
}

const progress = (text: string): void => void process.stderr.write(`${text}\n`);

progress(`warming up on ${WARM_UP_SEEDS} seeds`);
await measure(brokerLoss, 1001, WARM_UP_SEEDS);
const heapBefore = heapKept();
progress(`measuring ${SEEDS} seeds`);
const base = await measure(brokerLoss, 1, SEEDS);
const heapAfter = heapKept();
process.stdout.write(`${row('broker-loss', base)}\n`);
progress('measuring ten times the life');
const heavy = await measure(tenfold(brokerLoss), 1, SEEDS / 6);
process.stdout.write(`${row('ten times', heavy)}\n`);
const perRecord = (measured: Measured): number => measured.cpuMs / measured.records;
const times = heavy.records / heavy.seeds / (base.records / base.seeds);
process.stdout.write(`CPU per record at ${times.toFixed(1)}x the records: ${(perRecord(heavy) / perRecord(base)).toFixed(2)}x (at most 1.1x: 11x the time at 10x the records)\n`);
process.stdout.write(`heap kept after ${WARM_UP_SEEDS} seeds ${(heapBefore / 1e6).toFixed(1)} MB, after ${WARM_UP_SEEDS + SEEDS} ${(heapAfter / 1e6).toFixed(1)} MB\n`);
progress('profiling');
const rooms = await profileRooms(() => measure(brokerLoss, 1, SEEDS / 3));
for (const { room, share } of rooms) process.stdout.write(`  ${room.padEnd(22)}${(share * 100).toFixed(1)}%\n`);
