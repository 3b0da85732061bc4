/**
 * The network between the nodes: hosts, listeners, connections, and the rules that faults lay over the links. A process that is
 * killed leaves its kernel behind to say FIN or RST; a machine without power leaves its peers half-open.
 */
import { NetworkError } from '../runtime/index.ts';
import type { Address, Connection, Listener } from '../runtime/index.ts';
import { SimConnection } from './connection.ts';
import type { Life } from './life.ts';
import { Link } from './link.ts';
import type { LinkRule, Stream } from './link.ts';
import type { World } from './world.ts';

interface Host {
  on: boolean;
  readonly ports: Map<number, { readonly life: Life; readonly onConnection: (connection: Connection) => void }>;
  readonly ends: Set<SimConnection>;
  /** Living ends whose other end vanished with this host's power. */
  readonly halfOpen: Set<SimConnection>;
  nextPort: number;
}

interface Attempt {
  readonly conn: number;
  readonly life: Life;
  readonly address: Address;
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: NetworkError) => void;
  settled: boolean;
  timeout: { slot: number; identity: number };
}

const EPHEMERAL_PORT = 49_152;
const OWN_NAMES = new Set(['0.0.0.0', '::', 'localhost', '127.0.0.1', '']);
/** TCP's next retransmission to a machine that has come back. */
const RETRANSMIT_US = { min: 100_000, max: 2_000_000 };

export class SimNetwork {
  private readonly hosts = new Map<string, Host>();
  private readonly links = new Map<string, Map<string, Link>>();
  private readonly rules: LinkRule[] = [];
  private lastConn = 0;

  constructor(private readonly world: World) {}

  add(rule: LinkRule): void {
    this.rules.push(rule);
    this.obey();
  }

  remove(rule: LinkRule): void {
    const index = this.rules.indexOf(rule);
    if (index < 0) return;
    this.rules.splice(index, 1);
    this.obey();
  }

  /** Cuts the open connections for whose two nodes (in either order) `match` holds: both ends see a reset. Returns how many. */
  resetConnections(match: (a: string, b: string) => boolean): number {
    const { world } = this;
    const cut = new Set<number>();
    for (const [name, host] of this.hosts) {
      for (const end of host.ends) {
        const other = end.peer.life.owner.name;
        if (end.closed || !(match(name, other) || match(other, name))) continue;
        cut.add(end.id);
        world.schedule(world.kernel, world.nowUs + 1, cutNow, end, end.id);
      }
    }
    return cut.size;
  }

  link(from: string, to: string): Link {
    let row = this.links.get(from);
    if (row === undefined) this.links.set(from, row = new Map<string, Link>());
    let link = row.get(to);
    if (link === undefined) {
      row.set(to, link = new Link(this.world, from, to));
      if (this.rules.length > 0) link.obey(this.rules);
    }
    return link;
  }

  hostUp(name: string): void {
    const host = this.host(name);
    host.on = true;
    for (const end of host.halfOpen) {
      if (!end.unanswered || end.closed) continue;
      const link = this.link(name, end.life.owner.name);
      const random = this.world.random.fork(`retransmit ${end.id}`);
      const stream: Stream = { lane: end.id, lastUs: 0 };
      link.carry(stream, random.int(RETRANSMIT_US.min, RETRANSMIT_US.max), resetArrives, end);
    }
    host.halfOpen.clear();
  }

  /** The process is dead; with `machine` its kernel too. */
  hostDown(name: string, life: Life, what: 'process' | 'machine'): void {
    const host = this.host(name);
    if (what === 'machine') host.on = false;
    host.ports.clear();
    const random = this.world.random.fork(`close ${name}#${life.incarnation}`);
    for (const end of host.ends) {
      if (what === 'process') {
        end.abandon(random.float() < 0.5);
        continue;
      }
      end.vanish();
      if (!end.peer.closed) host.halfOpen.add(end.peer);
    }
    host.ends.clear();
  }

  socketsOf(life: Life): number {
    return this.host(life.owner.name).ends.size;
  }

  listen(life: Life, address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    const host = this.host(life.owner.name);
    if (address.host !== life.owner.name && !OWN_NAMES.has(address.host)) {
      return Promise.reject(new NetworkError('ADDRESS_INVALID', `${life.owner.name} has no address ${address.host}`));
    }
    const port = address.port === 0 ? this.freePort(host) : address.port;
    if (host.ports.has(port)) return Promise.reject(new NetworkError('ADDRESS_IN_USE', `${life.owner.name}:${port} is taken`));
    const entry = { life, onConnection };
    host.ports.set(port, entry);
    return Promise.resolve({
      address: { host: address.host, port },
      close: () => {
        if (host.ports.get(port) === entry) host.ports.delete(port);
        return Promise.resolve();
      },
    });
  }

  connect(life: Life, asked: Address, timeoutMs: number): Promise<Connection> {
    const from = life.owner.name;
    const address = OWN_NAMES.has(asked.host) ? { host: from, port: asked.port } : asked;
    return new Promise((resolve, reject) => {
      const { world } = this;
      const attempt: Attempt = { conn: ++this.lastConn, life, address, resolve, reject, settled: false, timeout: { slot: 0, identity: 0 } };
      life.requests++;
      world.trace(life.owner, 'net.connect', { conn: attempt.conn, to: address.host });
      const slot = world.schedule(life, world.nowUs + Math.max(1, Math.ceil(timeoutMs * 1000)), this.timedOut, attempt);
      attempt.timeout = { slot, identity: world.queue.identity(slot) };
      const known = this.hosts.has(address.host);
      if (known) this.link(from, address.host).send({ lane: attempt.conn, lastUs: 0 }, 0, this.synArrives, attempt);
      else world.schedule(life, world.nowUs + 500, this.unknownHost, attempt);
    });
  }

  /** Makes the name known: it resolves, even while the node is down. */
  host(name: string): Host {
    let host = this.hosts.get(name);
    if (host === undefined) {
      host = { on: true, ports: new Map(), ends: new Set(), halfOpen: new Set(), nextPort: EPHEMERAL_PORT };
      this.hosts.set(name, host);
    }
    return host;
  }

  private readonly synArrives = (attempt: Attempt): void => {
    const { world } = this;
    const { address, conn } = attempt;
    const host = this.host(address.host);
    if (!host.on || attempt.settled) return;
    const from = attempt.life.owner.name;
    const back = this.link(address.host, from);
    // The server's bytes follow its SYN-ACK.
    const stream: Stream = { lane: conn, lastUs: 0 };
    const port = host.ports.get(address.port);
    if (port === undefined) {
      back.send(stream, 0, this.refusalArrives, attempt);
      return;
    }
    const forget = (end: SimConnection): void => { this.host(end.life.owner.name).ends.delete(end); };
    const client = new SimConnection(world, conn, attempt.life, `${address.host}:${address.port}`, this.link(from, address.host), () => host.on, forget, { lane: conn, lastUs: world.nowUs });
    const server = new SimConnection(world, conn, port.life, `${from}:${EPHEMERAL_PORT + conn}`, back, () => this.host(from).on, forget, stream);
    client.peer = server;
    server.peer = client;
    host.ends.add(server);
    back.send(stream, 0, this.synAckArrives, { attempt, client, server });
    world.deliver(port.life, accepted, { end: server, from, onConnection: port.onConnection });
  };

  private readonly synAckArrives = ({ attempt, client, server }: { attempt: Attempt; client: SimConnection; server: SimConnection }): void => {
    if (attempt.settled || !attempt.life.alive) {
      client.closed = true;
      if (!server.closed) client.sendReset();
      return;
    }
    this.host(attempt.life.owner.name).ends.add(client);
    this.settle(attempt);
    this.world.deliver(attempt.life, attempt.resolve, client);
  };

  private readonly refusalArrives = (attempt: Attempt): void => {
    if (attempt.settled || !attempt.life.alive) return;
    this.settle(attempt);
    const { conn, address } = attempt;
    this.world.trace(attempt.life.owner, 'net.refused', { conn, to: address.host });
    this.world.deliver(attempt.life, attempt.reject, new NetworkError('REFUSED', `nothing listens on ${address.host}:${address.port}`));
  };

  private readonly timedOut = (attempt: Attempt): void => {
    if (attempt.settled) return;
    this.settle(attempt);
    const { conn, address } = attempt;
    this.world.trace(attempt.life.owner, 'net.close', { conn, why: 'connect timed out' });
    attempt.reject(new NetworkError('TIMED_OUT', `no answer from ${address.host}:${address.port}`));
  };

  private readonly unknownHost = (attempt: Attempt): void => {
    if (attempt.settled) return;
    this.settle(attempt);
    this.world.trace(attempt.life.owner, 'net.refused', { conn: attempt.conn, to: attempt.address.host });
    attempt.reject(new NetworkError('UNREACHABLE', `no host is called ${attempt.address.host}`));
  };

  private settle(attempt: Attempt): void {
    attempt.settled = true;
    attempt.life.requests--;
    this.world.queue.cancel(attempt.timeout.slot, attempt.timeout.identity);
  }

  private freePort(host: Host): number {
    while (host.ports.has(host.nextPort)) host.nextPort++;
    return host.nextPort++;
  }

  private obey(): void {
    for (const row of this.links.values()) for (const link of row.values()) link.obey(this.rules);
  }
}

function accepted({ end, from, onConnection }: { end: SimConnection; from: string; onConnection: (connection: Connection) => void }): void {
  if (end.closed) return;
  end.world.trace(end.life.owner, 'net.accept', { conn: end.id, from });
  onConnection(end);
}

const resetArrives = (end: SimConnection): void => { if (!end.closed) end.world.deliver(end.life, (e: SimConnection) => { e.breakNow('reset'); }, end); };
const cutNow = (end: SimConnection): void => { if (!end.closed) end.world.deliver(end.life, (e: SimConnection) => { e.breakNow('cut'); }, end); };
