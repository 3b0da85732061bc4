/**
 * Our own small wire client: a connection for each question. For what an honest kafkajs cannot be brought to say, and
 * other clients can, such as a commit under a generation that is over.
 */
import { apis, decodeResponse, encodeRequest, FrameReader, type ApiName, type RequestInit, type ResponseOf } from '../../broker/protocol/index.ts';
import type { Address, Runtime } from '../../runtime/index.ts';

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
