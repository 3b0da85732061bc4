/**
 * What a client put on the wire, read off its own requests as they leave. kafkajs keeps some facts to itself (which generation
 * a join led to, whether a failed send ever left); the bytes do not. Reading them patches nothing.
 */
export class WireTap {
  /** Requests written so far that could have changed something, by kind. */
  produceRequests = 0;
  commitRequests = 0;
  /** Called just before a JoinGroup or LeaveGroup of `group` leaves: what was assigned is no longer owned. */
  onLeaving: ((group: string) => void) | undefined;
  /** Called just before a Heartbeat leaves. */
  onHeartbeat: (() => void) | undefined;
  /** Called just before a SyncGroup leaves; the assignment that answers it belongs to this generation. */
  onSync: ((group: string, generation: number, correlationId: number) => void) | undefined;

  /** One request with its size in front, as kafkajs writes it (request header v1). */
  see(frame: Buffer): void {
    switch (frame.readInt16BE(API_KEY_AT)) {
      case PRODUCE:
        this.produceRequests += 1;
        return;
      case OFFSET_COMMIT:
        this.commitRequests += 1;
        return;
      case HEARTBEAT:
        this.onHeartbeat?.();
        return;
      case JOIN_GROUP:
      case LEAVE_GROUP:
        this.onLeaving?.(readString(frame, bodyAt(frame)));
        return;
      case SYNC_GROUP: {
        if (this.onSync === undefined) return;
        const at = bodyAt(frame);
        const group = readString(frame, at);
        this.onSync(group, frame.readInt32BE(at + 2 + Buffer.byteLength(group)), frame.readInt32BE(CORRELATION_AT));
        return;
      }
      default:
    }
  }
}

const PRODUCE = 0;
const OFFSET_COMMIT = 8;
const JOIN_GROUP = 11;
const HEARTBEAT = 12;
const LEAVE_GROUP = 13;
const SYNC_GROUP = 14;

const API_KEY_AT = 4;
const CORRELATION_AT = 8;
const CLIENT_ID_AT = 12;

function bodyAt(frame: Buffer): number {
  return CLIENT_ID_AT + 2 + Math.max(0, frame.readInt16BE(CLIENT_ID_AT));
}

function readString(frame: Buffer, at: number): string {
  return frame.toString('utf8', at + 2, at + 2 + frame.readInt16BE(at));
}
