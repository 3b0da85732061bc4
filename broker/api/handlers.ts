/** Every API this broker answers, and the one place where a request becomes an answer. */
import { encodeResponse, type ApiName, type DecodedRequest, type ResponseInit } from '../protocol/index.ts';
import { apiVersions } from './api-versions.ts';
import { createTopics } from './create-topics.ts';
import { deleteTopics } from './delete-topics.ts';
import { describeConfigs } from './describe-configs.ts';
import { fetch } from './fetch.ts';
import * as groups from './groups.ts';
import type { Handler, RequestContext, Services } from './handler.ts';
import { initProducerId } from './init-producer-id.ts';
import { listOffsets } from './list-offsets.ts';
import { metadata } from './metadata.ts';
import { produce } from './produce.ts';

const handlers: { readonly [N in ApiName]: Handler<N> } = {
  Produce: produce, Fetch: fetch, ListOffsets: listOffsets, Metadata: metadata, ApiVersions: apiVersions,
  OffsetCommit: groups.offsetCommit, OffsetFetch: groups.offsetFetch, FindCoordinator: groups.findCoordinator,
  JoinGroup: groups.joinGroup, SyncGroup: groups.syncGroup, Heartbeat: groups.heartbeat, LeaveGroup: groups.leaveGroup,
  DescribeGroups: groups.describeGroups, ListGroups: groups.listGroups,
  CreateTopics: createTopics, DeleteTopics: deleteTopics, DescribeConfigs: describeConfigs, InitProducerId: initProducerId,
};

/** Runs the handler and encodes its answer; null when none is wanted. */
export async function handle(request: DecodedRequest, remote: string, services: Services): Promise<Buffer[] | null> {
  const { tracer, clock } = services.runtime;
  const { api, version, correlationId, clientId } = request;
  tracer.trace('broker.request', { api, version, correlation: correlationId, client: clientId });
  const begunMs = clock.monotonicMs();
  const handler = handlers[api] as (body: unknown, context: RequestContext, services: Services) => Promise<ResponseInit<ApiName> | null>;
  const response = await handler(request.body, { version, clientId, remote }, services);
  if (response === null) return null;
  tracer.trace('broker.reply', { api, correlation: correlationId, us: Math.round((clock.monotonicMs() - begunMs) * 1000) });
  return encodeResponse(api, version, correlationId, response);
}
