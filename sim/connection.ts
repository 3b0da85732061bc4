/**
 * One end of a simulated TCP connection. Bytes are copied once, when written, as a kernel would; a segment is one `write`.
 * At most `WINDOW_BYTES` are under way or unread by the peer's application; the rest waits here (`bufferedBytes`).
 */
import { crc32 } from '@node-rs/crc32';
import { NetworkError } from '../runtime/index.ts';
import type { Connection } from '../runtime/index.ts';
import type { Life } from './life.ts';
import type { Link, Stream } from './link.ts';
import type { World } from './world.ts';

const WINDOW_BYTES = 256 * 1024;

interface Segment {
  readonly to: SimConnection;
  readonly bytes: Buffer;
  /** seq of its `net.send`. */
  readonly sent: number;
}

export class SimConnection implements Connection {
  onData: ((chunk: Buffer) => void) | undefined;
  onClose: ((error?: NetworkError) => void) | undefined;
  onDrain: (() => void) | undefined;
  bufferedBytes = 0;
  /** Set by the network as soon as both ends exist. */
  peer!: SimConnection;
  /** No more is taken from, or given to, the application. */
  closed = false;
  /** Bytes went to a machine that is off: when it is back, it answers them with a reset. */
  unanswered = false;
  private ending = false;
  private refused = false;
  private paused = false;
  private drainWanted = false;
  private pumping = false;
  private inFlight = 0;
  private queue: { bytes: Buffer; sent: number }[] = [];
  /** Arrived while the application did not read; undefined stands for FIN. */
  private unread: (Segment | undefined)[] = [];

  constructor(
    readonly world: World,
    readonly id: number,
    readonly life: Life,
    readonly remote: string,
    /** To the peer. */
    private readonly link: Link,
    /** Whether the peer's machine is on. */
    private readonly peerIsOn: () => boolean,
    private readonly forget: (end: SimConnection) => void,
    private readonly stream: Stream,
  ) {}

  write(chunks: readonly Buffer[]): boolean {
    this.world.refuseStranger(this.life, 'connection.write');
    if (this.closed || this.ending || !this.life.alive) return true;
    const bytes = Buffer.concat(chunks);
    if (bytes.length === 0) return this.bufferedBytes === 0;
    const sent = this.world.trace(this.life.owner, 'net.send', { conn: this.id, to: this.link.to, bytes: bytes.length, crc: crc32(bytes) });
    if (this.inFlight < WINDOW_BYTES && this.queue.length === 0) {
      this.transmit(bytes, sent);
      return true;
    }
    this.queue.push({ bytes, sent });
    this.bufferedBytes += bytes.length;
    this.drainWanted = true;
    return false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.unread.length > 0) this.world.schedule(this.life, this.world.nowUs, readOn, this, this.stream.lane);
  }

  end(): void {
    this.world.refuseStranger(this.life, 'connection.end');
    if (this.closed || this.ending || !this.life.alive) return;
    this.ending = true;
    if (this.queue.length === 0) this.sendFin();
  }

  destroy(): void {
    this.world.refuseStranger(this.life, 'connection.destroy');
    if (this.closed || !this.life.alive) return;
    this.sendReset();
    this.close('destroyed', undefined, true);
  }

  /** The process is gone and its kernel cleans up: FIN after all that was written, or a reset that loses it. */
  abandon(withFin: boolean): void {
    if (this.closed) return;
    if (withFin) {
      this.flush();
      if (!this.ending || this.queue.length > 0) this.sendFin();
    } else {
      this.sendReset();
    }
    this.closed = true;
    this.forget(this);
  }

  /** The machine is gone, and the peer does not know. */
  vanish(): void {
    this.closed = true;
    this.forget(this);
  }

  /** A reset arrives from the network. */
  breakNow(why: string): void {
    if (this.closed) return;
    this.close(why, new NetworkError('RESET', `connection to ${this.remote} was reset`), false);
  }

  sendReset(): void {
    this.refused = true;
    this.link.send(this.stream, 0, resetArrives, this.peer);
  }

  private sendFin(): void {
    this.link.send(this.stream, 0, finArrives, this.peer);
  }

  private transmit(bytes: Buffer, sent: number): void {
    this.inFlight += bytes.length;
    this.link.send(this.stream, bytes.length, segmentArrives, { to: this.peer, bytes, sent });
  }

  /** Everything on the wire, window or not. */
  private flush(): void {
    for (const { bytes, sent } of this.queue) this.transmit(bytes, sent);
    this.queue = [];
    this.bufferedBytes = 0;
  }

  /** The peer has read: more may go. */
  pump(): void {
    this.pumping = false;
    if (this.closed || !this.life.alive) return;
    while (this.queue.length > 0 && this.inFlight < WINDOW_BYTES) {
      const { bytes, sent } = this.queue.shift() as { bytes: Buffer; sent: number };
      this.bufferedBytes -= bytes.length;
      this.transmit(bytes, sent);
    }
    if (this.queue.length > 0) return;
    if (this.ending) this.sendFin();
    else if (this.drainWanted) {
      this.drainWanted = false;
      this.world.deliver(this.life, drained, this);
    }
  }

  /** Called by the arrival of `segment` at this end's machine. */
  arrive(segment: Segment): void {
    const from = this.peer;
    if (this.closed || !this.life.alive || from.refused) {
      const machineOn = from.peerIsOn();
      const why = !machineOn ? 'host down' : from.closed ? 'closed' : 'reset';
      this.world.trace(this.life.owner, 'net.drop', { conn: this.id, to: this.life.owner.name, bytes: segment.bytes.length, sent: segment.sent, why });
      this.answerStranger();
      return;
    }
    this.world.deliver(this.life, segmentRead, segment);
  }

  arriveFin(): void {
    if (this.closed || !this.life.alive) this.answerStranger();
    else this.world.deliver(this.life, finRead, this);
  }

  /** Bytes for a connection this machine does not know (any more). */
  private answerStranger(): void {
    if (this.peer.closed) return;
    if (this.peer.peerIsOn()) this.sendReset();
    else this.peer.unanswered = true;
  }

  /** On the process's account. */
  read(segment: Segment): void {
    if (this.closed) {
      this.world.trace(this.life.owner, 'net.drop', { conn: this.id, to: this.life.owner.name, bytes: segment.bytes.length, sent: segment.sent, why: 'closed' });
      return;
    }
    if (this.paused || this.unread.length > 0) {
      this.unread.push(segment);
      return;
    }
    this.hand(segment);
  }

  readFin(): void {
    if (this.closed) return;
    if (this.paused || this.unread.length > 0) {
      this.unread.push(undefined);
      return;
    }
    this.finish();
  }

  private finish(): void {
    // This seam has no half-open mode: what is buffered goes out, then our own FIN, and that is the end.
    if (!this.ending || this.queue.length > 0) {
      this.flush();
      this.sendFin();
    }
    this.close('fin', undefined, false);
  }

  readOn(): void {
    while (!this.paused && !this.closed && this.unread.length > 0) {
      const segment = this.unread.shift();
      if (segment === undefined) this.finish();
      else this.hand(segment);
    }
  }

  private hand({ bytes, sent }: Segment): void {
    const { peer } = this;
    this.world.trace(this.life.owner, 'net.deliver', { conn: this.id, from: this.link.to, bytes: bytes.length, sent });
    peer.inFlight -= bytes.length;
    if (peer.queue.length > 0 && !peer.pumping && !peer.closed) {
      peer.pumping = true;
      this.link.send(this.stream, 0, acknowledged, peer);
    }
    // One write in sixteen arrives in two pieces: by its trace seq, so that nothing else shifts.
    const cut = sent % 16 === 7 && bytes.length > 1 ? 1 + (sent * 7919) % (bytes.length - 1) : 0;
    if (cut > 0) this.onData?.(bytes.subarray(0, cut));
    if (!this.closed) this.onData?.(cut > 0 ? bytes.subarray(cut) : bytes);
  }

  private close(why: string, error: NetworkError | undefined, later: boolean): void {
    this.closed = true;
    this.queue = [];
    this.unread = [];
    this.bufferedBytes = 0;
    this.world.trace(this.life.owner, 'net.close', { conn: this.id, why });
    this.forget(this);
    const tell = (): void => { this.onClose?.(error); };
    if (later) this.world.schedule(this.life, this.world.nowUs, tell, undefined);
    else tell();
  }
}

const segmentArrives = (segment: Segment): void => segment.to.arrive(segment);
const segmentRead = (segment: Segment): void => segment.to.read(segment);
const readOn = (end: SimConnection): void => end.readOn();
const drained = (end: SimConnection): void => { end.onDrain?.(); };
const acknowledged = (end: SimConnection): void => end.pump();
const finArrives = (end: SimConnection): void => end.arriveFin();
const finRead = (end: SimConnection): void => end.readFin();
const resetArrives = (end: SimConnection): void => { if (!end.closed) end.world.deliver(end.life, resetRead, end); };
const resetRead = (end: SimConnection): void => end.breakNow('reset');
