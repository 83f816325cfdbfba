import type { Ejection } from './placement.ts'

/** What the watch over the nodes tells. Nodes go by their names. */
export type ReplicasEvent =
  /** Another primary, or none (`to` undefined), or one that takes writes again or no longer. */
  | {
      readonly kind: 'replicas.changed'
      readonly from: string | undefined
      readonly to: string | undefined
      readonly timeline: number
      /** False: it has been made read-only. */
      readonly takesWrites: boolean
    }
  /** A node serves no reads for the time being. Those that do not answer are told as `replicas.unreachable`. */
  | { readonly kind: 'replicas.ejected'; readonly node: string; readonly why: Ejection }
  | { readonly kind: 'replicas.returned'; readonly node: string }
  /** `frozen`: it can be connected to, or was, but says nothing. */
  | {
      readonly kind: 'replicas.unreachable'
      readonly node: string
      readonly isFrozen: boolean
      readonly error: Error | undefined
    }
  | { readonly kind: 'replicas.reachable'; readonly node: string; readonly downMs: number }
  /**
   * More than one node takes writes: somebody has to stop one. Told once until it is over. `trusted` is the one that is
   * used; undefined: nobody can tell, so none is.
   */
  | {
      readonly kind: 'replicas.split-brain'
      readonly trusted: string | undefined
      readonly fenced: readonly { readonly node: string; readonly timeline: number }[]
    }
