import type { Clock, Observer } from '../../base/index.ts'
import { elect, NO_ELECTION } from './election.ts'
import type { ReplicasEvent } from './events.ts'
import { newsOf, type Situation } from './news.ts'
import { type ReplicasRules, UNREST_MS } from './options.ts'
import { placementsOf, UNKNOWN_LAG } from './placement.ts'
import { createPrimaryLog, type PrimaryLog, type TimedAnswer } from './primary-log.ts'
import { type NodeStatus, statusOf } from './status.ts'
import type { Miss } from './watch.ts'
import { WatchedNode } from './watched-node.ts'

/**
 * What holds connections to a node should know:
 * - `unreachable`, `frozen`: what runs there will not come back
 * - `reachable`: it answers again
 * - `promoted`, `demoted`: it is the primary now, or no longer
 */
export type NodeChange = 'unreachable' | 'frozen' | 'reachable' | 'promoted' | 'demoted'

/** Takes what the nodes say and decides what each of them is; tells what changes. */
export interface Council {
  readonly nodes: readonly WatchedNode[]
  readonly log: PrimaryLog
  readonly situation: Situation
  /** Both tell whether it is a reason to ask all the others as well. */
  answered(index: number, timed: TimedAnswer): boolean
  missed(index: number, miss: Miss): boolean
  doubt(index: number): void
  decide(): void
  /** Something is wrong, or was a moment ago, or somebody wants to know more exactly. */
  isUneasy(): boolean
  /** Somebody asked for rows that are no older than this: for a while, that is to be known in time. */
  wantsNews(maxStalenessMs: number): void
  status(): readonly NodeStatus[]
}

export interface CouncilSetup {
  readonly names: readonly string[]
  readonly clock: Clock
  readonly rules: ReplicasRules
  readonly observe: Observer<ReplicasEvent>
  readonly onNode: (node: number, change: NodeChange) => void
}

export function createCouncil({ names, clock, rules, observe, onNode }: CouncilSetup): Council {
  const nodes = names.map(name => new WatchedNode(name, clock, rules.missesMax))
  const log = createPrimaryLog()
  let situation: Situation = { election: NO_ELECTION, placements: names.map(() => NOWHERE) }
  let uneasyUntil = Number.NEGATIVE_INFINITY

  function stir(): void {
    uneasyUntil = clock.now() + UNREST_MS
  }

  function at(index: number): WatchedNode {
    return nodes[index] as WatchedNode
  }

  function decide(): void {
    const before = situation
    const election = elect(nodes, before.election)
    const { last } = nodes[election.primary ?? -1] ?? {}
    if (last !== undefined && last !== log.last) log.add(last)
    const { placements } = before
    situation = { election, placements: placementsOf(nodes, election, placements, lagOf, rules) }
    for (const event of newsOf(before, situation, nodes)) observe(event)
    tellRoles(before.election.primary, election.primary)
  }

  /** As of its answer: the primary has gone on since. */
  function lagOf(index: number) {
    const node = at(index)
    if (node.lag === undefined && node.last !== undefined && log.last !== undefined) {
      node.lag = log.lagOf(node.last)
    }
    return node.lag ?? UNKNOWN_LAG
  }

  function tellRoles(before: number | undefined, now: number | undefined): void {
    if (before === now) return
    stir()
    if (before !== undefined && at(before).isUp) onNode(before, 'demoted')
    if (now !== undefined) onNode(now, 'promoted')
  }

  return {
    ...{ nodes, log, decide },
    get situation() {
      return situation
    },
    answered(index, timed) {
      const node = at(index)
      const isNews = isDifferent(node.answer, timed.answer)
      const downMs = node.answered(timed)
      if (downMs !== undefined) {
        observe({ kind: 'replicas.reachable', node: node.name, downMs })
        onNode(index, 'reachable')
      }
      if (isNews || downMs !== undefined) stir()
      return isNews
    },
    missed(index, { isFrozen, error }) {
      const node = at(index)
      stir()
      if (node.isUp && isFull(error)) {
        node.refused()
        return false
      }
      if (!node.missed(isFrozen)) return false
      observe({ kind: 'replicas.unreachable', node: node.name, isFrozen, error })
      onNode(index, isFrozen ? 'frozen' : 'unreachable')
      return true
    },
    doubt(index) {
      nodes[index]?.doubt()
      stir()
    },
    isUneasy: () => clock.now() < uneasyUntil || situation.election.primary === undefined,
    wantsNews(maxStalenessMs) {
      if (maxStalenessMs < 2 * rules.checkEveryMs) stir()
    },
    status: () =>
      nodes.map((node, index) => statusOf(node, situation.placements[index] ?? NOWHERE)),
  }
}

const NOWHERE = Object.freeze({ role: 'none', ejection: 'unreachable' } as const)

type Nature = TimedAnswer['answer']

/** What it is, rather than how far. */
function isDifferent(before: Nature | undefined, now: Nature): boolean {
  return (
    before?.isStandby !== now.isStandby ||
    before.timeline !== now.timeline ||
    before.systemId !== now.systemId ||
    before.isReadOnly !== now.isReadOnly
  )
}

/** too_many_connections: somebody is there, and the connections of a pool may well be among those that there are. */
function isFull(error: Error | undefined): boolean {
  if (error === undefined) return false
  if ('code' in error && error.code === '53300') return true
  return error.cause instanceof Error && isFull(error.cause)
}
