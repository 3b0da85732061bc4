/** The APIs this broker serves, with the versions it advertises. Why these versions: docs, "Protocol versions real clients use". */
import * as cluster from './messages/cluster.ts';
import * as data from './messages/data.ts';
import * as group from './messages/group.ts';
import { schema } from './schema.ts';
import type { Fields, InitOf, Schema, ValueOf, Versions } from './schema.ts';

export const apis = {
  // 0 to 2 are advertised because librdkafka sends uncompressed without them (KAFKA-18659); the broker refuses their records.
  Produce: api(0, 'Produce', '0-11', 9, data.produceRequest, data.produceResponse),
  // 13 and up name topics by id.
  Fetch: api(1, 'Fetch', '4-12', 12, data.fetchRequest, data.fetchResponse),
  ListOffsets: api(2, 'ListOffsets', '1-7', 6, data.listOffsetsRequest, data.listOffsetsResponse),
  Metadata: api(3, 'Metadata', '0-12', 9, cluster.metadataRequest, cluster.metadataResponse),
  OffsetCommit: api(8, 'OffsetCommit', '2-8', 8, group.offsetCommitRequest, group.offsetCommitResponse),
  OffsetFetch: api(9, 'OffsetFetch', '1-8', 6, group.offsetFetchRequest, group.offsetFetchResponse),
  FindCoordinator: api(10, 'FindCoordinator', '0-4', 3, cluster.findCoordinatorRequest, cluster.findCoordinatorResponse),
  // 0 and 1 are there because librdkafka before 2.11 ties group consumption to them.
  JoinGroup: api(11, 'JoinGroup', '0-9', 6, group.joinGroupRequest, group.joinGroupResponse),
  Heartbeat: api(12, 'Heartbeat', '0-4', 4, group.heartbeatRequest, group.heartbeatResponse),
  LeaveGroup: api(13, 'LeaveGroup', '0-5', 4, group.leaveGroupRequest, group.leaveGroupResponse),
  SyncGroup: api(14, 'SyncGroup', '0-5', 4, group.syncGroupRequest, group.syncGroupResponse),
  DescribeGroups: api(15, 'DescribeGroups', '0-5', 5, group.describeGroupsRequest, group.describeGroupsResponse),
  ListGroups: api(16, 'ListGroups', '0-4', 3, group.listGroupsRequest, group.listGroupsResponse),
  ApiVersions: api(18, 'ApiVersions', '0-3', 3, cluster.apiVersionsRequest, cluster.apiVersionsResponse),
  CreateTopics: api(19, 'CreateTopics', '0-7', 5, cluster.createTopicsRequest, cluster.createTopicsResponse),
  DeleteTopics: api(20, 'DeleteTopics', '0-6', 4, cluster.deleteTopicsRequest, cluster.deleteTopicsResponse),
  InitProducerId: api(22, 'InitProducerId', '0-5', 2, data.initProducerIdRequest, data.initProducerIdResponse),
  DescribeConfigs: api(32, 'DescribeConfigs', '0-4', 4, cluster.describeConfigsRequest, cluster.describeConfigsResponse),
  // Advertised to be refused: librdkafka looks for another coordinator forever when it is not there, and says nothing.
  ConsumerGroupHeartbeat: api(68, 'ConsumerGroupHeartbeat', '0-1', 0, group.consumerGroupHeartbeatRequest, group.consumerGroupHeartbeatResponse),
} as const;

export type ApiName = keyof typeof apis;

/** As decoded: every field is there; one that the version lacks has its default. */
export type RequestOf<N extends ApiName> = ValueOf<(typeof apis)[N]['request']['fields']>;
export type ResponseOf<N extends ApiName> = ValueOf<(typeof apis)[N]['response']['fields']>;
/** As encoded: fields with a default, and fields that not every version has, may be left out. What the version lacks is not written. */
export type RequestInit<N extends ApiName> = InitOf<(typeof apis)[N]['request']['fields']>;
export type ResponseInit<N extends ApiName> = InitOf<(typeof apis)[N]['response']['fields']>;

export interface Api<N extends string = string, Q extends Fields = Fields, S extends Fields = Fields> {
  readonly key: number;
  readonly name: N;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly flexibleFrom: number;
  readonly request: Schema<Q>;
  readonly response: Schema<S>;
}

const byKey: ReadonlyMap<number, ApiName> = new Map((Object.keys(apis) as ApiName[]).map((name) => [apis[name].key, name]));

export function apiByKey(key: number): ApiName | undefined {
  return byKey.get(key);
}

function api<const N extends string, Q extends Fields, S extends Fields>(
  key: number, name: N, versions: Versions, flexibleFrom: number, request: Q, response: S,
): Api<N, Q, S> {
  const requestSchema = schema(`${name}Request`, versions, flexibleFrom, request);
  const { minVersion, maxVersion } = requestSchema;
  return { key, name, minVersion, maxVersion, flexibleFrom, request: requestSchema, response: schema(`${name}Response`, versions, flexibleFrom, response) };
}
