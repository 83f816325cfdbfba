import type { NodeAnswer } from './question.ts'

/** What is known of one node. */
export interface NodeView {
  /** The last one; undefined: it has never answered. */
  readonly answer: NodeAnswer | undefined
  /** It answers. */
  readonly isUp: boolean
}

/** Who is the primary, and of what. Remembered from one election to the next. */
export interface Election {
  /** Of the cluster that is served; undefined: no node has answered yet. */
  readonly systemId: string | undefined
  /** The newest that any of its nodes has shown. 0: none yet. */
  readonly timeline: number
  /** Index of the node; undefined: there is none, or nobody can tell which. */
  readonly primary: number | undefined
  /** The last one on this timeline, whether it answers now or not, and when its server was started. */
  readonly holder: { readonly index: number; readonly startedAt: string } | undefined
  /** The primary has been seen without `default_transaction_read_only`. */
  readonly hasBeenWritable: boolean
  /** False: it took writes before and was made read-only since, as before a switchover. */
  readonly takesWrites: boolean
  /** Nodes that are not in recovery although another one is, or was, promoted after them. */
  readonly fenced: readonly number[]
  /** Nodes that are not in recovery on the newest timeline beside another one. Their histories are not told apart. */
  readonly split: readonly number[]
  /** Those of them that do take writes: somebody has to stop them. */
  readonly rivals: readonly number[]
  /** Other names of the primary's own server. */
  readonly aliases: readonly number[]
}

export const NO_ELECTION: Election = Object.freeze({
  systemId: undefined,
  timeline: 0,
  primary: undefined,
  holder: undefined,
  hasBeenWritable: false,
  takesWrites: false,
  fenced: Object.freeze([]),
  split: Object.freeze([]),
  rivals: Object.freeze([]),
  aliases: Object.freeze([]),
})

/**
 * The primary is the node that is not in recovery, on the newest timeline that this cluster has ever shown: each promotion
 * begins a new one, so whoever is on an older one has been replaced, also when its successor cannot be reached just now.
 * A timeline has one writer. Where another one turns up on the newest, the one before stays; at the start none is trusted.
 */
export function elect(nodes: readonly NodeView[], before: Election): Election {
  const systemId = systemOf(nodes, before.systemId)
  const memory = systemId === before.systemId ? before : NO_ELECTION
  const timeline = newestTimeline(nodes, systemId, memory.timeline)
  const writers = indexesOf(nodes, node => isOf(node, systemId) && !node.answer.isStandby)
  const candidates = writers.filter(index => nodes[index]?.answer?.timeline === timeline)
  const servers = candidates.filter(index => candidates.find(same(nodes, index)) === index)
  const holder = memory.timeline === timeline ? memory.holder : undefined
  const primary = rightful(nodes, servers, holder)
  const fenced = writers.filter(index => !candidates.includes(index))
  const split = servers.filter(index => index !== primary)
  const startedAt = nodes[primary ?? -1]?.answer?.startedAt
  return {
    systemId,
    timeline,
    primary,
    holder:
      primary === undefined || startedAt === undefined ? holder : { index: primary, startedAt },
    ...willingness(nodes, primary, holder !== undefined && holder.index === primary, memory),
    fenced,
    split,
    rivals: [...fenced, ...split].filter(index => nodes[index]?.answer?.isReadOnly !== true),
    aliases: candidates.filter(index => !servers.includes(index)),
  }
}

type AnsweringNode = NodeView & { readonly answer: NodeAnswer }

/** It answers, and belongs to the cluster. */
export function isOf(
  node: NodeView | undefined,
  systemId: string | undefined,
): node is AnsweringNode {
  return node?.answer !== undefined && node.isUp && node.answer.systemId === systemId
}

/**
 * The cluster of most nodes, the first of them where that does not decide. It stays the same until every node answers and
 * none belongs to it any more: the address of a node that now leads elsewhere is a mistake, that of all nodes is a move.
 */
function systemOf(nodes: readonly NodeView[], before: string | undefined): string | undefined {
  const present = nodes.filter(node => node.isUp).map(node => node.answer?.systemId)
  const isGone = present.length === nodes.length && !present.includes(before)
  if (before !== undefined && !isGone) return before
  const sizeOf = (id: string | undefined) => present.filter(other => other === id).length
  const largest = Math.max(...present.map(sizeOf))
  return present.find(id => sizeOf(id) === largest)
}

/** It never goes back, unless every node answers: then nobody is left who could have the newer one. */
function newestTimeline(
  nodes: readonly NodeView[],
  systemId: string | undefined,
  before: number,
): number {
  const ours = nodes.filter(node => isOf(node, systemId))
  const newest = Math.max(0, ...ours.map(({ answer }) => answer.timeline))
  return ours.length === nodes.length ? newest : Math.max(newest, before)
}

/** The one before, also under another of its names; or the only one there is, when nobody hidden could be the one before. */
function rightful(
  nodes: readonly NodeView[],
  servers: readonly number[],
  holder: Election['holder'],
): number | undefined {
  const known =
    servers.find(index => index === holder?.index) ??
    servers.find(index => nodes[index]?.answer?.startedAt === holder?.startedAt)
  if (known !== undefined) return known
  const isNobodyHidden = holder === undefined || nodes.every(({ isUp }) => isUp)
  return servers.length === 1 && isNobodyHidden ? servers[0] : undefined
}

/** A database that is read-only by design says so from the start: PostgreSQL explains that better than we can. */
function willingness(
  nodes: readonly NodeView[],
  primary: number | undefined,
  isSame: boolean,
  before: Election,
): Pick<Election, 'hasBeenWritable' | 'takesWrites'> {
  const remembered = isSame && before.hasBeenWritable
  if (primary === undefined) return { hasBeenWritable: before.hasBeenWritable, takesWrites: false }
  const isReadOnly = nodes[primary]?.answer?.isReadOnly === true
  const hasBeenWritable = !isReadOnly || remembered
  return { hasBeenWritable, takesWrites: !isReadOnly || !hasBeenWritable }
}

function same(nodes: readonly NodeView[], index: number): (other: number) => boolean {
  const started = nodes[index]?.answer?.startedAt
  return other => nodes[other]?.answer?.startedAt === started
}

function indexesOf(
  nodes: readonly NodeView[],
  isWanted: (node: NodeView) => boolean,
): readonly number[] {
  return nodes.flatMap((node, index) => (isWanted(node) ? [index] : []))
}
