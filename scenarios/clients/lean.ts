/**
 * Our own small wire client: a connection for each question. For what an honest kafkajs cannot be brought to say, and
 * other clients can, such as a commit under a generation that is over.
 */
import { apis, decodeResponse, encodeRequest, ErrorCode, FrameReader, type ApiName, type RequestInit, type ResponseOf } from '../../broker/protocol/index.ts';
import { NetworkError, type Address, type Runtime } from '../../runtime/index.ts';

const FRAME_BYTES_MAX = 1024 * 1024;

/** Rejects with `NetworkError` when it cannot connect; resolves undefined when no answer came. */
export async function ask<N extends ApiName>(rt: Runtime, address: Address, api: N, version: number, body: RequestInit<N>, timeoutMs: number): Promise<ResponseOf<N> | undefined> {
  const connection = await rt.network.connect(address, timeoutMs);
  const frames = new FrameReader(FRAME_BYTES_MAX);
  return new Promise((resolve) => {
    const finish = (answer: ResponseOf<N> | undefined): void => {
      timer.cancel();
      connection.onClose = undefined;
      connection.destroy();
      resolve(answer);
    };
    const timer = rt.clock.setTimer(timeoutMs, () => finish(undefined));
    connection.onClose = () => finish(undefined);
    connection.onData = (chunk) => {
      const [frame] = frames.push(chunk);
      if (frame !== undefined) finish(decodeResponse(api, version, frame).body);
    };
    connection.write(encodeRequest(api, version, apis[api].key, rt.node, body));
  });
}

/** As `ask`; undefined also when it cannot connect. */
export async function askIfReachable<N extends ApiName>(...question: Parameters<typeof ask<N>>): Promise<ResponseOf<N> | undefined> {
  try {
    return await ask<N>(...question);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return undefined;
  }
}

/** Undefined when this broker does not know, or does not answer. */
export async function findCoordinator(rt: Runtime, broker: Address, group: string, timeoutMs: number): Promise<Address | undefined> {
  const found = await askIfReachable(rt, broker, 'FindCoordinator', 2, { key: group }, timeoutMs);
  return found?.errorCode === ErrorCode.NONE ? { host: found.host, port: found.port } : undefined;
}
