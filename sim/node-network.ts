/** `rt.network` of one life. */
import { NetworkError } from '../runtime/index.ts';
import type { Address, Connection, Listener, Network } from '../runtime/index.ts';
import type { Life } from './life.ts';
import type { SimNetwork } from './network.ts';
import type { World } from './world.ts';

export class LifeNetwork implements Network {
  constructor(private readonly world: World, private readonly network: SimNetwork | undefined, private readonly life: Life) {}

  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    this.world.refuseStranger(this.life, 'network.listen');
    if (!this.life.alive) return never();
    return this.network?.listen(this.life, address, onConnection) ?? Promise.reject(new NetworkError('ADDRESS_INVALID', `${this.life.owner.name} has no network`));
  }

  connect(address: Address, timeoutMs: number): Promise<Connection> {
    this.world.refuseStranger(this.life, 'network.connect');
    if (!this.life.alive) return never();
    return this.network?.connect(this.life, address, timeoutMs) ?? Promise.reject(new NetworkError('UNREACHABLE', `${this.life.owner.name} has no network`));
  }
}

/** What a dead process waits for. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
