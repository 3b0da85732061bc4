/**
 * Which faults may share a plan. Faults may overlap, and should; but a fault whose target is dead, stopped or cut off for
 * its whole window does nothing, and "without effect" would then accuse the simulator. Such plans are not made.
 */
import { text } from './describe.ts';
import type { ClusterShape, Fault, FaultKind } from './fault.ts';
import { reached } from './target.ts';

/** True when every fault can bite, whatever the others do. */
export function compatible(faults: readonly Fault[], shape: ClusterShape): boolean {
  return faults.every((fault, index) => !faults.some((other, at) => at > index && clash(fault, other, shape)) && !starved(fault, faults, shape));
}

type Layer = 'process' | 'pause' | 'link' | 'store' | 'clock';

const layers: Readonly<Record<FaultKind, Layer>> = {
  'broker-kill': 'process', 'broker-power-loss': 'process', 'client-kill': 'process', 'consumer-churn': 'process', 'rolling-restart': 'process', 'consumer-loss': 'process',
  'broker-pause': 'pause', 'client-pause': 'pause',
  'broker-isolate': 'link', 'partition-one-way': 'link', 'link-latency': 'link', 'connection-reset': 'link',
  'store-partition': 'store', 'wal-stall': 'store', 's3-latency': 'store', 's3-errors': 'store', 's3-unknown': 'store', 's3-late': 'store', 's3-conflict': 'store',
  'clock-jump': 'clock', 'clock-drift': 'clock',
};

/** A restarted process needs this long before it does anything a fault could touch. */
const RESTART_MS = 2_000;
/** Each fault gets at least this much of its window (or half of a shorter one) with a target that it can reach. */
const MIN_REACH_MS = 1_000;
/** Long enough for a group to settle and commit. */
const MIN_CALM_MS = 6_000;
/** A stalled writer comes back to the store only when its request has timed out. */
const MIN_STORE_REACH_MS = 3_500;

/** The same thing done twice to the same node at the same time: the second would find nothing left to do. */
function clash(a: Fault, b: Fault, shape: ClusterShape): boolean {
  const layer = layers[a.kind];
  if (layer !== layers[b.kind]) return false;
  const pad = layer === 'process' ? RESTART_MS : 0;
  if (a.atMs > b.atMs + b.durationMs + pad || b.atMs > a.atMs + a.durationMs + pad) return false;
  if ((layer === 'store' || layer === 'link') && a.kind !== b.kind) return false;
  const names = reached(a, shape);
  return reached(b, shape).some((name) => names.includes(name));
}

function starved(fault: Fault, faults: readonly Fault[], shape: ClusterShape): boolean {
  const need = Math.min(layers[fault.kind] === 'store' ? MIN_STORE_REACH_MS : MIN_REACH_MS, fault.durationMs / 2);
  const others = faults.filter((other) => other !== fault);
  // Only the coordinator of a group that commits looks at the wall clock, and that may be any broker.
  if (fault.kind === 'clock-jump' && freeMs(fault, others.filter((other) => layers[other.kind] !== 'clock')) < Math.min(MIN_CALM_MS, fault.durationMs / 2)) return true;
  // The write-ahead log is written when clients ask for it, and whoever leads may be the one they do not get through to.
  if (fault.kind === 'wal-stall' && freeMs(fault, others.filter((other) => ['link', 'pause'].includes(layers[other.kind]))) < need) return true;
  const masks = others.filter((other) => masksOf(other).includes(layers[fault.kind]));
  if (masks.length === 0) return false;
  // All targets of a fault that names one must be reachable; of one that names none, some broker.
  const names = reached(fault, shape);
  const free = names.map((name) => freeMs(fault, masks.filter((mask) => reached(mask, shape).includes(name))));
  return fault.target.length === 0 ? free.every((ms) => ms < need) : free.some((ms) => ms < need);
}

/** Layers on which nothing happens at the target while `fault` lasts. */
function masksOf(fault: Fault): readonly Layer[] {
  switch (fault.kind) {
    case 'broker-kill':
    case 'broker-power-loss':
    case 'client-kill':
    case 'consumer-churn':
    case 'rolling-restart':
    case 'consumer-loss':
      return ['pause', 'link', 'store', 'clock'];
    case 'broker-pause':
    case 'client-pause':
      return ['link', 'store', 'clock'];
    case 'store-partition':
      return ['store'];
    case 'broker-isolate':
      return text(fault, 'from') === 'clients' ? ['link'] : ['link', 'store'];
    case 'partition-one-way':
      return ['link'];
    default:
      return [];
  }
}

function freeMs(fault: Fault, masks: readonly Fault[]): number {
  let at = fault.atMs;
  const end = fault.atMs + fault.durationMs;
  let free = 0;
  for (const mask of [...masks].sort((a, b) => a.atMs - b.atMs)) {
    if (mask.atMs > at) free += Math.min(mask.atMs, end) - at;
    at = Math.max(at, mask.atMs + mask.durationMs + (layers[mask.kind] === 'process' ? RESTART_MS : 0));
    if (at >= end) return free;
  }
  return free + (end - at);
}
