import { formatLsn } from '../../capabilities/replicas/index.ts'
import { FailoverRefusedError } from './errors.ts'
import { type Facts, reachOf, type SeenNode } from './look.ts'

export interface Wishes {
  /** Replace a primary that lives. */
  readonly isSwitchover: boolean
  /** The name of the node to promote. Default: the one that has received most. */
  readonly to: string | undefined
}

/** A node that answers. */
export interface LiveNode extends SeenNode {
  readonly facts: Facts
}

export type Plan =
  /** There is a primary and nobody wants another one. */
  | { readonly kind: 'nothing'; readonly primary: LiveNode }
  | {
      readonly kind: 'promotion'
      /** The one that is replaced although it lives. */
      readonly primary: LiveNode | undefined
      readonly candidate: LiveNode
      /** Other standbys: they are to receive from the candidate then. */
      readonly followers: readonly LiveNode[]
      readonly warnings: readonly string[]
    }

/** What is to be done about these nodes. Throws ST220 where that would do harm, or cannot be done. */
export function planFailover(seen: readonly SeenNode[], wishes: Wishes): Plan {
  const live = seen.filter(isLive)
  refuseStrangers(seen, live)
  const primary = primaryOf(live)
  if (primary !== undefined && !wishes.isSwitchover) return { kind: 'nothing', primary }
  if (primary === undefined) refuseHiddenPrimary(live, wishes)
  else requireSuperuser(primary)
  const standbys = live.filter(({ facts }) => facts.isStandby)
  const candidate = candidateOf(standbys, wishes.to, primary)
  if (primary !== undefined) requireFlow(candidate)
  const followers = standbys.filter(node => node !== candidate)
  const warnings = seen.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [absence(name)],
  )
  return { kind: 'promotion', primary, candidate, followers, warnings }
}

function isLive(node: SeenNode): node is LiveNode {
  return node.facts !== undefined
}

/** Promoting somebody else's server would be worse than promoting none. */
function refuseStrangers(seen: readonly SeenNode[], live: readonly LiveNode[]): void {
  if (live.length === 0) {
    throw new FailoverRefusedError(
      'None of the nodes answers',
      'Start one of them, or mend the network between here and there.',
      seen.map(({ name, problem }) => `${name}: ${problem}`).join('\n'),
    )
  }
  const systems = new Set(live.map(({ facts }) => facts.systemId))
  if (systems.size === 1) return
  throw new FailoverRefusedError(
    'The nodes are not copies of one database',
    'Leave those out that do not belong to it.',
    live.map(({ name, facts }) => `${name} belongs to system ${facts.systemId}`).join('\n'),
  )
}

function primaryOf(live: readonly LiveNode[]): LiveNode | undefined {
  const writers = live.filter(({ facts }) => !facts.isStandby)
  const newest = Math.max(...live.map(({ facts }) => facts.timeline))
  const names = writers.map(({ name, facts }) => `${name} (timeline ${facts.timeline})`).join(', ')
  const rightful = writers.filter(({ facts }) => facts.timeline === newest)
  const others = writers.filter(node => node !== rightful[0] && !node.facts.isReadOnly)
  const isReplaced = rightful.length === 0 && writers.length > 0
  if (rightful.length > 1 || others.length > 0 || isReplaced) {
    throw new FailoverRefusedError(
      writers.length > 1
        ? `Several nodes take writes: ${names}`
        : `${names} was replaced by another node`,
      `Stop ${isReplaced ? 'it' : 'all but the newest'} first, then say this again. What only a stopped one has is not in the others.`,
    )
  }
  return rightful[0]
}

/** A standby that is being sent something is evidence of somebody who sends it. */
function refuseHiddenPrimary(live: readonly LiveNode[], { isSwitchover }: Wishes): void {
  if (isSwitchover) {
    throw new FailoverRefusedError(
      'No primary answers that could be switched from',
      'Leave --switchover out to promote a standby in the place of one that is gone.',
    )
  }
  const ours = new Set(live.map(({ name }) => name))
  const fed = live.filter(({ facts }) => facts.isReceiving && !ours.has(facts.sender ?? ''))
  if (fed.length === 0) return
  const names = fed
    .map(({ name, facts }) => `${name} from ${facts.sender ?? 'somebody'}`)
    .join(', ')
  throw new FailoverRefusedError(
    'The primary cannot be reached from here, but it seems to live',
    'Name it among the nodes, or stop it first: two primaries would lose what is written to one of them.',
    `Still receiving: ${names}`,
  )
}

function requireSuperuser({ name, facts }: LiveNode): void {
  if (facts.isSuperuser) return
  throw new FailoverRefusedError(
    `${facts.role} may not keep the primary ${name} from taking writes`,
    'Give the URL of a superuser.',
  )
}

/** While the primary takes no writes, everybody waits for the standby: it must not be one that gets nothing. */
function requireFlow({ name, facts }: LiveNode): void {
  if (facts.isReplayPaused) {
    throw new FailoverRefusedError(
      `The replay of ${name} is paused`,
      'Say there: select pg_wal_replay_resume()',
    )
  }
  if (facts.isReceiving) return
  throw new FailoverRefusedError(
    `${name} receives nothing from the primary`,
    'Mend that first; its log says why.',
  )
}

function candidateOf(
  standbys: readonly LiveNode[],
  to: string | undefined,
  primary: LiveNode | undefined,
): LiveNode {
  const newest = Math.max(
    primary?.facts.timeline ?? 0,
    ...standbys.map(({ facts }) => facts.timeline),
  )
  const able = standbys.filter(({ facts }) => facts.timeline === newest || !facts.isTimelineSure)
  const [first, ...others] = able
  if (first === undefined) throw nobody(standbys)
  const best = others.reduce((one, other) => (isAhead(other, one) ? other : one), first)
  const chosen =
    to === undefined ? best : wished(able, to, primary === undefined ? best : undefined)
  if (chosen.facts.mayPromote) return chosen
  throw new FailoverRefusedError(
    `${chosen.facts.role} may not promote ${chosen.name}`,
    `Give the URL of a superuser, or: grant execute on function pg_promote to ${chosen.facts.role}`,
  )
}

function isAhead(one: LiveNode, other: LiveNode): boolean {
  const [reach, others] = [reachOf(one.facts), reachOf(other.facts)]
  return reach > others || (reach === others && one.facts.lsn > other.facts.lsn)
}

/** `best`: it must not have less than this one. A primary that lives will yet give it all. */
function wished(able: readonly LiveNode[], to: string, best: LiveNode | undefined): LiveNode {
  const found = able.find(({ name }) => name === to)
  if (found === undefined) {
    const names = able.map(({ name }) => name).join(', ')
    throw new FailoverRefusedError(`${to} is no standby that can be promoted`, `One of: ${names}`)
  }
  if (best === undefined || reachOf(found.facts) >= reachOf(best.facts)) return found
  const [has, more] = [found, best].map(({ facts }) => formatLsn(reachOf(facts)))
  throw new FailoverRefusedError(
    `${to} has received less than ${best.name}: what is missing would be lost`,
    `Promote ${best.name}, or stop it first.`,
    `${to} has ${has}, ${best.name} has ${more}`,
  )
}

function nobody(standbys: readonly LiveNode[]): FailoverRefusedError {
  return new FailoverRefusedError(
    'There is no standby that can be promoted',
    'Name the standbys as well: s-tier failover postgres://db1,db2/app',
    standbys.length === 0 ? undefined : 'Those that answer follow a history that was left',
  )
}

function absence(name: string): string {
  return `${name} does not answer: if it still runs and takes writes, or has received more, that is lost. Keep it stopped.`
}
