/** Every fault by its kind. */
import { brokerIsolate } from './broker-isolate.ts';
import { brokerKill } from './broker-kill.ts';
import { brokerPause } from './broker-pause.ts';
import { brokerPowerLoss } from './broker-power-loss.ts';
import { clientKill } from './client-kill.ts';
import { clientPause } from './client-pause.ts';
import { clockDrift } from './clock-drift.ts';
import { clockJump } from './clock-jump.ts';
import { connectionReset } from './connection-reset.ts';
import { consumerChurn } from './consumer-churn.ts';
import { consumerLoss } from './consumer-loss.ts';
import type { FaultKind, FaultType } from './fault.ts';
import { linkLatency } from './link-latency.ts';
import { partitionOneWay } from './partition-one-way.ts';
import { rollingRestart } from './rolling-restart.ts';
import { s3Conflict } from './s3-conflict.ts';
import { s3Errors } from './s3-errors.ts';
import { s3Late } from './s3-late.ts';
import { s3Latency } from './s3-latency.ts';
import { s3Unknown } from './s3-unknown.ts';
import { storePartition } from './store-partition.ts';
import { walStall } from './wal-stall.ts';

export const faultTypes: Readonly<Record<FaultKind, FaultType>> = {
  'broker-kill': brokerKill,
  'broker-power-loss': brokerPowerLoss,
  'broker-pause': brokerPause,
  'broker-isolate': brokerIsolate,
  'partition-one-way': partitionOneWay,
  'store-partition': storePartition,
  'link-latency': linkLatency,
  'connection-reset': connectionReset,
  'wal-stall': walStall,
  's3-latency': s3Latency,
  's3-errors': s3Errors,
  's3-unknown': s3Unknown,
  's3-late': s3Late,
  's3-conflict': s3Conflict,
  'clock-jump': clockJump,
  'clock-drift': clockDrift,
  'client-kill': clientKill,
  'client-pause': clientPause,
  'consumer-churn': consumerChurn,
  'rolling-restart': rollingRestart,
  'consumer-loss': consumerLoss,
};
