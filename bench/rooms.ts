/** Where the time goes: V8's sampling profiler, its samples added up by the room the running function lives in. */
import { Session, type Profiler } from 'node:inspector/promises';

const SAMPLE_US = 200;
const ROOMS = ['runtime', 'broker', 'sim', 'faults', 'scenarios', 'bench'];

export interface RoomShare {
  readonly room: string;
  /** Of all samples that were not idle. */
  readonly share: number;
}

/** Largest first. */
export async function profileRooms(work: () => Promise<unknown>): Promise<RoomShare[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const counts = new Map<string, number>();
  let total = 0;
  for (const node of profile.nodes) {
    const room = roomOf(node.callFrame);
    if (room === 'idle') continue;
    counts.set(room, (counts.get(room) ?? 0) + (node.hitCount ?? 0));
    total += node.hitCount ?? 0;
  }
  return [...counts].map(([room, count]) => ({ room, share: count / total })).filter(({ share }) => share >= 0.001).sort((a, b) => b.share - a.share);
}

function roomOf({ url, functionName }: Profiler.ProfileNode['callFrame']): string {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collection';
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (library !== undefined) return library;
  const parts = url.split('/');
  const room = ROOMS.find((name) => parts.includes(name));
  if (room === 'broker' || room === 'scenarios') {
    const inner = parts[parts.lastIndexOf(room) + 1]!;
    return inner.includes('.') ? room : `${room}/${inner}`;
  }
  return room ?? (url.startsWith('node:') ? 'node' : url === '' ? 'V8 and native' : 'generated codecs');
}
