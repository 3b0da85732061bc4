/** What to say of a partition that is not open here. */
import { ErrorCode } from '../protocol/index.ts';
import type { Services } from './handler.ts';

/** Unknown, led elsewhere (or not open yet: the client looks again), or damaged in storage: nobody can serve it. */
export function absentError(topic: string, index: number, services: Services): ErrorCode {
  const state = services.state().topics.get(topic)?.partitions[index];
  if (state === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return services.leadership.isDamaged(topic, index) ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NOT_LEADER_OR_FOLLOWER;
}

/** KIP-320: the client's metadata is older or newer than ours. NONE when it says nothing or the same. */
export function leaderEpochError(current: number, leaderEpoch: number): ErrorCode {
  if (current > leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  return current >= 0 && current < leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.NONE;
}
