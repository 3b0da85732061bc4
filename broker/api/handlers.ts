/** Every API this broker answers, and the one place where a request becomes an answer. */
import { StoreError } from '../../runtime/index.ts';
import { encodeResponse, type ApiName, type DecodedRequest } from '../protocol/index.ts';
import type { Answer, Peer } from '../server.ts';
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
  DescribeGroups: groups.describeGroups, ListGroups: groups.listGroups, ConsumerGroupHeartbeat: groups.consumerGroupHeartbeat,
  CreateTopics: createTopics, DeleteTopics: deleteTopics, DescribeConfigs: describeConfigs, InitProducerId: initProducerId,
};

/** Runs the handler and encodes its answer. A store that will not have us ends the process: whatever it was asked is undecided. */
export async function handle(request: DecodedRequest, peer: Peer, services: Services): Promise<Answer> {
  const { tracer, clock } = services.runtime;
  const { api, version, correlationId, clientId } = request;
  tracer.trace('broker.request', { api, version, correlation: correlationId, client: clientId });
  const begunMs = clock.monotonicMs();
  const handler = handlers[api] as (body: unknown, context: RequestContext, services: Services) => ReturnType<Handler<ApiName>>;
  const context: RequestContext = { version, clientId, remote: peer.remote, onGone: (listener) => peer.onGone(listener) };
  let response: Awaited<ReturnType<Handler<ApiName>>>;
  try {
    response = await handler(request.body, context, services);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    services.runtime.exit(`the object store refuses: ${error.message}`);
    return null;
  }
  if (response === null || response === 'disconnect') return response;
  tracer.trace('broker.reply', { api, correlation: correlationId, us: Math.round((clock.monotonicMs() - begunMs) * 1000) });
  return encodeResponse(api, version, correlationId, response);
}
