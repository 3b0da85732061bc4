/** What a fault may lay over the object store. `affected` counts the requests it changed. */
export type StoreVerb = 'put' | 'get' | 'list' | 'delete';

export interface StoreOp {
  readonly node: string;
  readonly verb: StoreVerb;
  /** Of a list: the prefix. A delete of several keys matches when any of them does. */
  readonly key: string;
}

export interface StoreRule {
  readonly id: string;
  readonly match: (op: StoreOp) => boolean;
  /** Of each matching request, drawn from a stream of the rule's own. */
  readonly probability: number;
  readonly effect: StoreEffect;
  affected: number;
}

export type StoreEffect =
  | { readonly kind: 'delay'; readonly minUs: number; readonly maxUs: number }
  /** 503 SlowDown: not applied. */
  | { readonly kind: 'unavailable' }
  /** Applied; the answer is lost, and the request times out. */
  | { readonly kind: 'reply-lost' }
  /** The request times out, and is applied this long after that, whoever has died since. */
  | { readonly kind: 'late'; readonly minUs: number; readonly maxUs: number }
  /** 409 ConditionalRequestConflict, for creates only: nothing is stored by this attempt. */
  | { readonly kind: 'conflict' }
  /** No answer until the rule is removed or the request times out. By seed it was applied at once, or waits at the door. */
  | { readonly kind: 'block' };
