import type { Clock } from '../../base/index.ts'
import { chooseOfTwo } from './choose.ts'
import type { ConsistencyToken } from './consistency-token.ts'
import { type Election, NO_ELECTION } from './election.ts'
import type { ReplicasRules } from './options.ts'
import { isLate, type Placement } from './placement.ts'
import type { PrimaryLog } from './primary-log.ts'
import type { WatchedNode } from './watched-node.ts'

/** What a read must see. */
export interface ReadNeed {
  /** Nothing older than this write. */
  readonly token?: ConsistencyToken | undefined
  /** Every commit that is older than this, in milliseconds. */
  readonly maxStalenessMs?: number | undefined
  /** Everything: it goes to the primary. */
  readonly primaryOnly?: boolean | undefined
  /** Where it has failed already: it goes there again only when there is no other node. */
  readonly except?: readonly number[] | undefined
  /** On the clock: it waits no longer than this for a node. */
  readonly deadline?: number | undefined
}

/** Which node serves what, from what is known of them. Nothing here asks or waits. */
export interface Routing {
  /** After every election. */
  place(election: Election, placements: readonly Placement[]): void
  /** The primary, while it can be trusted to be one. */
  primary(): number | undefined
  /** The node for a write. */
  writer(): number | undefined
  /**
   * The node for a read that can be known to see what it must; undefined: there is none now. That is the primary where
   * nothing else is known, except for a rumour while a node does not answer: that one may be the primary of the token.
   */
  reader(need: ReadNeed): number | undefined
  /** A standby that may soon have replayed what a read must see; undefined: waiting for one is no use. */
  hopeful(need: ReadNeed): number | undefined
  /** The token is of a timeline that no node has shown yet: somebody was promoted, or somebody has made it up. */
  isRumour(token: ConsistencyToken | undefined): boolean
}

export interface RoutingSetup {
  readonly nodes: readonly WatchedNode[]
  readonly log: PrimaryLog
  readonly clock: Clock
  readonly random: () => number
  readonly rules: Pick<ReplicasRules, 'readsOnPrimary'>
  /** False: the breaker of the node lets nobody in. */
  readonly admits: (node: number) => boolean
}

export function createRouting(setup: RoutingSetup): Routing {
  const { nodes, log, clock, random, rules, admits } = setup
  let election = NO_ELECTION
  let replicas: readonly number[] = []
  let late: readonly number[] = []

  const cost = (index: number) => nodes[index]?.load.cost() ?? Number.POSITIVE_INFINITY

  function primary(): number | undefined {
    const index = election.primary
    return index === undefined || nodes[index]?.isDoubted === true ? undefined : index
  }

  /** `isGood` is asked about standbys: a primary sees everything. */
  function best(among: readonly number[], except: readonly number[], isGood: IsGood) {
    const fit = among.filter(index => {
      const node = nodes[index]
      if (node === undefined || node.isDoubted || except.includes(index) || !admits(index))
        return false
      return index === election.primary || isGood(node)
    })
    return chooseOfTwo(fit, cost, random)
  }

  function isNewEnough({ last, replayed }: WatchedNode, maxStalenessMs: number | undefined) {
    if (maxStalenessMs === undefined) return true
    if (last === undefined || replayed === undefined) return false
    if (last.answer.timeline !== election.timeline) return false
    const asOf = log.newAsOf({ ...last, answer: { ...last.answer, lsn: replayed } })
    return asOf !== undefined && clock.now() - asOf <= maxStalenessMs
  }

  /** Only in one and the same history can a replica be told to be before or behind a write. */
  function isComparable({ systemId, timeline }: ConsistencyToken): boolean {
    return systemId === election.systemId && timeline === election.timeline
  }

  function isRumour(token: ConsistencyToken | undefined): boolean {
    if (token?.systemId !== election.systemId || token === undefined) return false
    return token.timeline > election.timeline
  }

  function isEverybodyPresent(): boolean {
    return nodes.every(({ isPresent }) => isPresent)
  }

  function isOnTimelineOf(node: WatchedNode, token: ConsistencyToken): boolean {
    return node.answer?.timeline === token.timeline
  }

  function find(need: ReadNeed, except: readonly number[]): number | undefined {
    const { token, maxStalenessMs, primaryOnly } = need
    const main = primary()
    if (token !== undefined && isRumour(token) && !isEverybodyPresent()) return undefined
    if (primaryOnly === true || (token !== undefined && !isComparable(token))) return main
    const hasReplayed: IsGood = node =>
      token === undefined ||
      (isOnTimelineOf(node, token) && node.replayed !== undefined && node.replayed >= token.lsn)
    const found = best(
      replicas,
      except,
      node => hasReplayed(node) && isNewEnough(node, maxStalenessMs),
    )
    if (found !== undefined) return found
    if (main !== undefined) return except.includes(main) ? undefined : main
    const isAnyGood = token === undefined && maxStalenessMs === undefined
    return isAnyGood ? best(late, except, () => true) : undefined
  }

  return {
    place(elected, placements) {
      election = elected
      const shares = rules.readsOnPrimary === 'share'
      replicas = indexesOf(placements, ({ role, ejection }) =>
        role === 'primary' ? shares : ejection === undefined,
      )
      late = indexesOf(placements, isLate)
    },
    primary,
    writer: () => (election.takesWrites ? primary() : undefined),
    reader(need) {
      const { except = NOWHERE } = need
      const found = find(need, except)
      return found === undefined && except.length > 0 ? find(need, NOWHERE) : found
    },
    hopeful({ token, maxStalenessMs, primaryOnly, except = NOWHERE }) {
      if (token === undefined || primaryOnly === true || !isComparable(token)) return undefined
      return best(
        replicas.filter(index => index !== election.primary),
        except,
        node => isOnTimelineOf(node, token) && isNewEnough(node, maxStalenessMs),
      )
    },
    isRumour,
  }
}

type IsGood = (node: WatchedNode) => boolean
const NOWHERE: readonly number[] = Object.freeze([])

function indexesOf(
  placements: readonly Placement[],
  isWanted: (placement: Placement) => boolean,
): readonly number[] {
  return placements.flatMap((placement, index) => (isWanted(placement) ? [index] : []))
}
