/** `rt.objects` of one life. */
import type { ListPage, ObjectStore, PutOutcome } from '../runtime/index.ts';
import type { Life } from './life.ts';
import { never } from './node-network.ts';
import type { SimStore } from './store.ts';
import type { World } from './world.ts';

export class LifeStore implements ObjectStore {
  constructor(private readonly world: World, private readonly store: SimStore, private readonly life: Life) {}

  put(key: string, body: Buffer, options?: { readonly ifAbsent?: boolean }): Promise<PutOutcome> {
    return this.may('put') ? this.store.put(this.life, key, body, options?.ifAbsent === true) : never();
  }

  get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined> {
    return this.may('get') ? this.store.get(this.life, key, range) : never();
  }

  list(prefix: string, options?: { readonly startAfter?: string; readonly maxKeys?: number }): Promise<ListPage> {
    return this.may('list') ? this.store.list(this.life, prefix, options?.startAfter, options?.maxKeys) : never();
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.may('delete') ? this.store.delete(this.life, keys) : never();
  }

  /** A dead process asks nobody, and waits for ever. */
  private may(verb: string): boolean {
    this.world.refuseStranger(this.life, `objects.${verb}`);
    return this.life.alive;
  }
}
