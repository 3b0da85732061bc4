/**
 * The museum: safeguards that were taken out by hand once, to see the simulator catch it. Each exhibit is an edit of the
 * source, applied to a scratch build, so that the product carries no switches for bugs. `npm run museum` sweeps them.
 */

export interface Exhibit {
  readonly name: string;
  /** What the safeguard promises. */
  readonly promise: string;
  readonly edits: readonly Edit[];
  /** Any of these convicts it. */
  readonly caughtBy: readonly string[];
  /** A small sweep that is enough to convict it; with the safeguard in place all of it holds. */
  readonly sweep: { readonly scenario: string; readonly seeds: string };
}

export interface Edit {
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export const exhibits: readonly Exhibit[] = [
  {
    name: 'ack-before-wal',
    promise: 'A record is acknowledged only when the write-ahead log has it.',
    edits: [{ file: 'broker/log/partition.ts', find: 'if (end <= this.highWatermark) return Promise.resolve(true);', replace: 'if (end >= 0) return Promise.resolve(true);' }],
    caughtBy: ['durable-ack', 'lost-write'],
    sweep: { scenario: 'broker-loss', seeds: '1..16' },
  },
  {
    name: 'replay-without-seal',
    promise: 'The dead broker\'s log is sealed before it is replayed.',
    edits: [{
      file: 'broker/storage/recovery.ts',
      find: 'const held = await Promise.all(slots.map((slot) => sealSlot(runtime, wal, slot)));',
      replace: 'void sealSlot;\n    const held = await Promise.all(slots.map((slot) => runtime.objects.get(walSlotKey(wal.brokerId, wal.brokerEpoch, slot))));',
    }],
    caughtBy: ['durable-ack', 'lost-write', 'recovery-equality'],
    sweep: { scenario: 'broker-loss', seeds: '1..16' },
  },
  {
    name: 'fenced-epoch-accepted',
    promise: 'A fenced broker epoch is refused: its WAL slot by the SEAL that holds it, its commands by the metadata log.',
    edits: [
      { file: 'broker/storage/wal.ts', find: 'if (holder?.equals(bytes)) return this.stored(flight);', replace: 'if (holder !== undefined) return this.stored(flight);' },
      { file: 'broker/metadata/state.ts', find: 'if (wal === undefined || wal.fenced) return rejected', replace: 'if (wal === undefined) return rejected' },
    ],
    caughtBy: ['durable-ack', 'lost-write', 'recovery-equality'],
    sweep: { scenario: 'broker-loss', seeds: '1..16' },
  },
  {
    name: 'sequence-unchecked',
    promise: 'A batch that an idempotent producer sends twice is stored once, and in order.',
    edits: [{ file: 'broker/log/producer-state.ts', find: 'if (known === undefined) return APPEND;', replace: 'if (known === undefined || known.epoch >= 0) return APPEND;' }],
    caughtBy: ['duplicate'],
    sweep: { scenario: 'network-partition', seeds: '1..10' },
  },
  {
    name: 'generation-unchecked',
    promise: 'A member of a past generation can neither commit nor stay.',
    edits: [{ file: 'broker/coordinator/members.ts', find: 'if (generation !== group.generation) return', replace: 'if (generation > group.generation) return' }],
    caughtBy: ['zombie-commit'],
    sweep: { scenario: 'rebalance-churn', seeds: '1..10' },
  },
  {
    name: 'log-end-unproved',
    promise: 'Who tells where a log ends proves first that nobody has replaced it (KIP-207).',
    edits: [{ file: 'broker/api/list-offsets.ts', find: 'if (!(await services.leadership.proveLeadership(partition))) return', replace: 'if (!partition.open) return' }],
    caughtBy: ['read-your-ack'],
    sweep: { scenario: 'network-partition', seeds: '1..10' },
  },
];
