/**
 * Liveness of brokers through the object store alone: each overwrites `hb/{id}` with a growing count; the controller
 * notices a count that no longer grows. Heartbeats carry no authority: a wrong suspicion costs a failover, never a record.
 */
import { StoreError, type Runtime } from '../../runtime/index.ts';

function heartbeatKey(brokerId: number): string {
  return `hb/${brokerId}`;
}

/** Writes one heartbeat. A failed one is simply missed. */
export async function beat(runtime: Runtime, brokerId: number, brokerEpoch: number, count: number): Promise<void> {
  await runtime.objects.put(heartbeatKey(brokerId), Buffer.from(`${brokerEpoch} ${count}`));
}

export class HeartbeatWatch {
  private readonly seen = new Map<number, { epoch: number; count: number; silentSamples: number; sinceMs: number }>();

  constructor(private readonly runtime: Runtime, private readonly sessionMs: number) {}

  /**
   * Samples one broker; true when it has been silent for the session. Time counts only between samples that
   * succeeded, so that an outage of the store, or a pause of our own, accuses nobody.
   */
  async isSilent(brokerId: number, brokerEpoch: number): Promise<boolean> {
    let bytes: Buffer | undefined;
    try {
      bytes = await this.runtime.objects.get(heartbeatKey(brokerId));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.seen.delete(brokerId);
      return false;
    }
    const [epochText, countText] = (bytes?.toString() ?? '').split(' ');
    const count = Number(epochText) === brokerEpoch ? Number(countText) : 0;
    const now = this.runtime.clock.monotonicMs();
    const known = this.seen.get(brokerId);
    if (known === undefined || known.epoch !== brokerEpoch || count > known.count) {
      this.seen.set(brokerId, { epoch: brokerEpoch, count, silentSamples: 0, sinceMs: now });
      return false;
    }
    known.silentSamples += 1;
    return now - known.sinceMs >= this.sessionMs && known.silentSamples >= SILENT_SAMPLES_MIN;
  }
}

/** A broker is not accused on fewer looks than this, however much time they span. */
const SILENT_SAMPLES_MIN = 3;
