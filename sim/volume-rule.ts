/** What a fault may lay over a node's disk. `affected` counts the operations it changed. */
export type VolumeVerb = 'read' | 'write' | 'sync' | 'syncDirectory' | 'link' | 'rename' | 'remove' | 'list';

export interface VolumeRule {
  readonly id: string;
  readonly match: (op: { readonly node: string; readonly verb: VolumeVerb; readonly path: string }) => boolean;
  /** Of each matching operation, drawn from a stream of the rule's own. */
  readonly probability: number;
  readonly effect: { readonly kind: 'io' } | { readonly kind: 'no-space' } | { readonly kind: 'delay'; readonly minUs: number; readonly maxUs: number };
  affected: number;
}
