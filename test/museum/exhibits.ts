/**
 * The museum: safeguards that were taken out by hand once, to see the simulator catch it. Each exhibit is an edit of the
 * source, applied to a scratch build, so that the product carries no switches for bugs. `npm run museum` sweeps them all.
 */

export interface Exhibit {
  readonly name: string;
  /** What the safeguard promises. */
  readonly promise: string;
  readonly edits: readonly Edit[];
  /** Any of these convicts it. */
  readonly caughtBy: readonly string[];
  /** One run that convicts it; with the safeguard in place it holds. `npm run museum` finds others. */
  readonly convictedBy: { readonly scenario: string; readonly seed: number };
}

export interface Edit {
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export const exhibits: readonly Exhibit[] = [
  // The write-ahead log, and what becomes of a dead broker's.
  {
    name: 'ack-before-wal',
    promise: 'A record is acknowledged only when the write-ahead log has it.',
    edits: [{ file: 'broker/log/partition.ts', find: 'if (end <= this.highWatermark) return Promise.resolve(true);', replace: 'if (end >= 0) return Promise.resolve(true);' }],
    caughtBy: ['durable-ack', 'lost-write'],
    convictedBy: { scenario: 'broker-loss', seed: 3 },
  },
  {
    name: 'wal-unknown-is-stored',
    promise: 'A slot whose write ended unknown is asked for before it counts.',
    edits: [{ file: 'broker/storage/wal.ts', find: "if (outcome === 'stored') return this.stored(flight);", replace: "if (outcome !== 'exists') return this.stored(flight);" }],
    caughtBy: ['durable-ack', 'recovery-equality', 'lost-write'],
    convictedBy: { scenario: 'network-partition', seed: 2 },
  },
  {
    name: 'wal-out-of-order',
    promise: 'What is in a later slot is acknowledged only when every earlier slot is stored.',
    edits: [
      {
        file: 'broker/storage/wal.ts',
        find: 'while (this.flights[0]?.stored) {\n      const first = this.flights.shift()!;\n      this.durableSlot = first.slot;',
        replace: 'for (const first of [this.flights.splice(this.flights.indexOf(flight), 1)[0]!]) {\n      this.durableSlot = Math.max(this.durableSlot, first.slot);',
      },
      { file: 'broker/log/partition.ts', find: 'if (!this.open) return;\n    assert(end >', replace: 'if (!this.open || end <= this.highWatermark) return;\n    assert(end >' },
    ],
    caughtBy: ['durable-ack', 'ranges-tile', 'lost-write'],
    convictedBy: { scenario: 'wal-stall', seed: 17 },
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
    convictedBy: { scenario: 'broker-loss', seed: 10 },
  },
  {
    name: 'elected-before-recovery',
    promise: 'A partition has no new leader before the log of its last one is recovered.',
    edits: [{ file: 'broker/metadata/state.ts', find: ' || state.wals.has(walKey(partition.lastLeader, partition.brokerEpoch))) continue;', replace: ') continue;' }],
    caughtBy: ['durable-ack', 'recovery-equality', 'lost-write'],
    convictedBy: { scenario: 'broker-loss', seed: 2 },
  },
  {
    name: 'fenced-epoch-accepted',
    promise: 'A fenced broker epoch is refused: its WAL slot by the SEAL that holds it, its commands by the metadata log.',
    edits: [
      { file: 'broker/storage/wal.ts', find: 'if (holder?.equals(bytes)) return this.stored(flight);', replace: 'if (holder !== undefined) return this.stored(flight);' },
      { file: 'broker/metadata/state.ts', find: 'if (wal === undefined || wal.fenced) return rejected', replace: 'if (wal === undefined) return rejected' },
    ],
    caughtBy: ['durable-ack', 'lost-write', 'recovery-equality'],
    convictedBy: { scenario: 'broker-loss', seed: 10 },
  },
  {
    name: 'restart-does-not-fence',
    promise: 'A broker that starts again fences its own past, which is then recovered.',
    edits: [{ file: 'broker/metadata/state.ts', find: 'if (previous !== undefined && !previous.fenced) fence(state, previous);', replace: 'void previous;' }],
    caughtBy: ['liveness'],
    convictedBy: { scenario: 'broker-loss', seed: 2 },
  },

  // Data objects and the metadata log.
  {
    name: 'metadata-overwritten',
    promise: 'An entry of the metadata log is created, never replaced.',
    edits: [{ file: 'broker/metadata/log.ts', find: 'put(logKey(n), bytes, { ifAbsent: true })', replace: 'put(logKey(n), bytes)' }],
    caughtBy: ['durable-ack', 'recovery-equality', 'lost-write'],
    convictedBy: { scenario: 'quiet-sea', seed: 2 },
  },
  {
    name: 'uploaded-before-durable',
    promise: 'Only what the write-ahead log has is uploaded.',
    edits: [{ file: 'broker/log/partition.ts', find: 'batch.base >= this.uploadedEnd && batch.end <= this.highWatermark', replace: 'batch.base >= this.uploadedEnd' }],
    caughtBy: ['liveness'],
    convictedBy: { scenario: 'broker-loss', seed: 3 },
  },
  {
    name: 'evicted-before-uploaded',
    promise: 'A record stays in memory until a data object has it.',
    edits: [{ file: 'broker/log/partition.ts', find: 'if (batch.end > end) continue;', replace: 'void end;' }],
    caughtBy: ['durable-ack', 'lost-write', 'poll-skip'],
    convictedBy: { scenario: 'quiet-sea', seed: 2 },
  },
  {
    name: 'upload-without-proof',
    promise: 'A data object whose upload ended unknown is not named in the metadata before it is there.',
    edits: [{ file: 'broker/storage/uploader.ts', find: "if (outcome === 'stored' || outcome === 'exists') break;", replace: "if (outcome !== 'conflict') break;" }],
    caughtBy: ['no-dangling-reference', 'durable-ack'],
    convictedBy: { scenario: 's3-latency-spike', seed: 5 },
  },
  {
    name: 'object-id-reused',
    promise: 'No incarnation of a broker writes to the name of another\'s data object.',
    edits: [{ file: 'broker/storage/uploader.ts', find: 'return `${this.options.brokerEpoch}-${this.ordinal}`;', replace: 'return `${this.options.brokerId}-${this.ordinal}`;' }],
    caughtBy: ['no-dangling-reference', 'durable-ack'],
    convictedBy: { scenario: 'broker-loss', seed: 2 },
  },
  {
    name: 'trimmed-before-uploaded',
    promise: 'The write-ahead log is trimmed as far as it was uploaded, no further.',
    edits: [{ file: 'broker/storage/uploader.ts', find: 'this.options.commit(objects, trimSlot, closing)', replace: 'this.options.commit(objects, wal.durableSlot, closing)' }],
    caughtBy: ['durable-ack', 'ranges-tile', 'liveness'],
    convictedBy: { scenario: 'broker-loss', seed: 3 },
  },
  {
    name: 'trimmed-before-committed',
    promise: 'A slot is deleted only when the metadata names what replaces it.',
    edits: [{
      file: 'broker/storage/uploader.ts',
      find: 'const result = await this.options.commit(objects, trimSlot, closing);',
      replace: 'this.trimmedSlot = trimSlot;\n    await this.deleteTrimmed();\n    const result = await this.options.commit(objects, trimSlot, closing);',
    }],
    caughtBy: ['durable-ack', 'recovery-equality'],
    convictedBy: { scenario: 'quiet-sea', seed: 15 },
  },

  // The log as clients see it.
  {
    name: 'fetch-beyond-watermark',
    promise: 'A consumer sees only what is durable.',
    edits: [
      { file: 'broker/log/partition.ts', find: 'if (offset >= this.highWatermark) return [];', replace: 'if (offset >= this.logEnd) return [];' },
      { file: 'broker/log/partition.ts', find: 'if (batch.end > this.highWatermark || (found', replace: 'if ((found' },
    ],
    caughtBy: ['watermark-sane'],
    convictedBy: { scenario: 'quiet-sea', seed: 2 },
  },
  {
    name: 'log-end-unproved',
    promise: 'Who tells where a log ends proves first that nobody has replaced it (KIP-207).',
    edits: [{ file: 'broker/api/list-offsets.ts', find: 'if (!(await services.leadership.proveLeadership(partition))) return', replace: 'if (!partition.open) return' }],
    caughtBy: ['read-your-ack'],
    convictedBy: { scenario: 'network-partition', seed: 2 },
  },
  {
    name: 'out-of-range-unproved',
    promise: 'Who tells a reader that its offset is out of range proves first that nobody has replaced it.',
    edits: [{ file: 'broker/api/fetch.ts', find: 'if (!(await services.leadership.proveLeadership(partition))) return refused', replace: 'if (!partition.open) return refused' }],
    caughtBy: ['read-your-ack'],
    convictedBy: { scenario: 'network-partition', seed: 20 },
  },

  // Idempotent producers.
  {
    name: 'sequence-unchecked',
    promise: 'A batch that an idempotent producer sends twice is stored once, and in order.',
    edits: [{ file: 'broker/log/producer-state.ts', find: 'if (known === undefined) return APPEND;', replace: 'if (known === undefined || known.epoch >= 0) return APPEND;' }],
    caughtBy: ['duplicate'],
    convictedBy: { scenario: 'network-partition', seed: 3 },
  },
  {
    name: 'duplicate-acked-early',
    promise: 'A repetition is acknowledged only when the batch that it repeats is durable.',
    edits: [{ file: 'broker/log/partition.ts', find: 'durable: this.whenDurable(verdict.baseOffset + header.lastOffsetDelta + 1) };', replace: 'durable: Promise.resolve(true) };' }],
    caughtBy: ['durable-ack', 'lost-write'],
    convictedBy: { scenario: 'network-partition', seed: 2 },
  },
  {
    name: 'producers-not-replayed',
    promise: 'Recovery learns sequences from the records that it replays.',
    edits: [{ file: 'broker/storage/recovery.ts', find: 'producers.apply(parseBatchHeader(record.batch), record.baseOffset);', replace: 'void parseBatchHeader;' }],
    caughtBy: ['duplicate'],
    convictedBy: { scenario: 'wal-stall', seed: 25 },
  },
  {
    name: 'producers-forgotten',
    promise: 'A new leader knows the sequences that its predecessor knew.',
    edits: [{ file: 'broker/leadership.ts', find: 'this.finishOpening(now, index.producers)', replace: '(void index.producers, this.finishOpening(now, []))' }],
    caughtBy: ['duplicate'],
    convictedBy: { scenario: 'perfect-storm', seed: 15 },
  },
  {
    name: 'producers-from-the-future',
    promise: 'The sequences that an upload saves are those of the records it uploads, not of later ones.',
    edits: [{ file: 'broker/log/partition.ts', find: 'producers: this.uploadedProducers.snapshot() };', replace: 'producers: this.producers.snapshot() };' }],
    caughtBy: ['durable-ack', 'lost-write'],
    convictedBy: { scenario: 'perfect-storm', seed: 806 },
  },
  {
    name: 'producer-ids-reused',
    promise: 'A block of producer ids is given to one broker only.',
    edits: [{ file: 'broker/metadata/state.ts', find: 'state.nextProducerId += command.count;', replace: 'void command.count;' }],
    caughtBy: ['unique-producer-id'],
    convictedBy: { scenario: 'quiet-sea', seed: 2 },
  },

  // Groups.
  {
    name: 'generation-unchecked',
    promise: 'A member of a past generation can neither commit nor stay.',
    edits: [{ file: 'broker/coordinator/members.ts', find: 'if (generation !== group.generation) return', replace: 'if (generation > group.generation) return' }],
    caughtBy: ['zombie-commit'],
    convictedBy: { scenario: 'rebalance-churn', seed: 2 },
  },
  {
    name: 'generation-not-raised',
    promise: 'Each rebalance begins a generation of its own.',
    edits: [{ file: 'broker/coordinator/rebalance.ts', find: 'group.generation += 1;', replace: 'group.generation = Math.max(1, group.generation);' }],
    caughtBy: ['exclusive-owner'],
    convictedBy: { scenario: 'rebalance-churn', seed: 2 },
  },
  {
    name: 'generation-restarts',
    promise: 'A new coordinator goes on from the last generation of the old one.',
    edits: [{ file: 'broker/coordinator/group.ts', find: 'this.generation = snapshot?.generation ?? 0;', replace: 'this.generation = 0;' }],
    caughtBy: ['exclusive-owner', 'zombie-commit'],
    convictedBy: { scenario: 'broker-loss', seed: 2 },
  },
  {
    name: 'group-not-loaded',
    promise: 'A new coordinator knows what was committed to the old one.',
    edits: [{ file: 'broker/leadership.ts', find: 'coordinator.load(records);', replace: 'coordinator.load([]);' }],
    caughtBy: ['commit-loss', 'rewind-floor'],
    convictedBy: { scenario: 'broker-loss', seed: 2 },
  },
  {
    name: 'commit-before-durable',
    promise: 'A commit is acknowledged only when the write-ahead log has it.',
    edits: [{ file: 'broker/coordinator/commit.ts', find: 'if (!(await registry.journal.append(records))) return refuse(ErrorCode.NOT_COORDINATOR);', replace: 'void registry.journal.append(records);' }],
    caughtBy: ['stale-commit', 'rewind-floor'],
    convictedBy: { scenario: 'broker-loss', seed: 3 },
  },
  {
    name: 'sync-before-durable',
    promise: 'Members are told their assignment only when the write-ahead log has its generation.',
    edits: [{
      file: 'broker/coordinator/sync.ts',
      find: 'const durable = await registry.journal.append([groupRecord(group.id, group.snapshot(registry.nowMs(), assignments))]);',
      replace: 'void registry.journal.append([groupRecord(group.id, group.snapshot(registry.nowMs(), assignments))]);\n  const durable: boolean = await Promise.resolve(true);',
    }],
    caughtBy: ['exclusive-owner'],
    convictedBy: { scenario: 'perfect-storm', seed: 26 },
  },
  {
    name: 'offset-fetch-unproved',
    promise: 'Who tells what a group has committed proves first that nobody has replaced it.',
    edits: [{ file: 'broker/coordinator/fetch.ts', find: '(await registry.journal.proveLeadership())', replace: '(await Promise.resolve(!registry.journal.closed))' }],
    caughtBy: ['stale-commit'],
    convictedBy: { scenario: 's3-latency-spike', seed: 81 },
  },
  {
    name: 'session-never-ends',
    promise: 'A member that is not heard of loses its partitions.',
    edits: [{ file: 'broker/coordinator/rebalance.ts', find: 'if (group.members.get(member.id) !== member) return;', replace: 'if (group.members.get(member.id) === member || registry.closed) return;' }],
    caughtBy: ['liveness'],
    convictedBy: { scenario: 'perfect-storm', seed: 13 },
  },
];
