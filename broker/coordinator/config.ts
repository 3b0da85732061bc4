/** What an operator may set for a coordinator. Kafka's names and, where they exist, Kafka's defaults. Everything that could grow has a bound here. */
export interface GroupConfig {
  /** `group.min.session.timeout.ms` and `group.max.session.timeout.ms`. */
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** `group.initial.rebalance.delay.ms`: how long an empty group waits for company before its first rebalance. */
  readonly initialRebalanceDelayMs: number;
  /** `group.max.size`. Also bounds the member ids handed out and not yet used. */
  readonly groupMaxSize: number;
  /** How long a member that has never finished a join may wait for one. */
  readonly newMemberJoinTimeoutMs: number;
  /** `offset.metadata.max.bytes`. */
  readonly offsetMetadataMaxBytes: number;
  /** Groups this partition may hold; a new one past it is answered COORDINATOR_NOT_AVAILABLE. */
  readonly maxGroups: number;
  /** Commits waiting for the log; one past it is answered COORDINATOR_LOAD_IN_PROGRESS (the client tries again). */
  readonly maxAppendsInFlight: number;
}

export const defaultGroupConfig: GroupConfig = {
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 1_800_000,
  initialRebalanceDelayMs: 3_000,
  groupMaxSize: 1_000,
  newMemberJoinTimeoutMs: 300_000,
  offsetMetadataMaxBytes: 4_096,
  maxGroups: 100_000,
  maxAppendsInFlight: 10_000,
};
