import type { Ejection, Placement } from './placement.ts'
import type { WatchedNode } from './watched-node.ts'

/** One node, for people. */
export interface NodeStatus {
  readonly name: string
  readonly role: Placement['role']
  readonly isUp: boolean
  /** It does not answer, though something is there. */
  readonly isFrozen: boolean
  /** Why it serves no reads. */
  readonly ejection: Ejection | undefined
  readonly isReadOnly: boolean | undefined
  readonly timeline: number | undefined
  /** Behind what the primary was known to have; undefined: unknown, or no standby. */
  readonly lagMs: number | undefined
  readonly lagBytes: number | undefined
  /** Sent there and not back yet, and the mean time of what came back lately. */
  readonly inflight: number
  readonly meanMs: number
  readonly connectionsMax: number | undefined
  readonly versionNumber: number | undefined
}

/** What is known of a node and what it is used for. */
export function statusOf(node: WatchedNode, { role, ejection }: Placement): NodeStatus {
  const { name, isUp, isFrozen, answer, load } = node
  const lag = role === 'standby' ? node.lag : undefined
  return {
    ...{ name, role, isUp, isFrozen, ejection },
    isReadOnly: answer?.isReadOnly,
    timeline: answer?.timeline,
    lagMs: lag?.ms,
    lagBytes: lag?.bytes,
    inflight: load.inflight,
    meanMs: load.meanMs,
    connectionsMax: answer?.connectionsMax,
    versionNumber: answer?.versionNumber,
  }
}
