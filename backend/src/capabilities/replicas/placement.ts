import { type Election, isOf, type NodeView } from './election.ts'
import type { ReplicasRules } from './options.ts'
import type { NodeAnswer } from './question.ts'

/**
 * Why a node serves no reads:
 * - `unreachable`: it does not answer
 * - `different-system`: it belongs to another cluster; it is never used
 * - `fenced`: it takes writes although another node was promoted after it
 * - `split`: it takes writes on the newest timeline beside another node
 * - `same-server`: it is the primary, under another name
 * - `old-timeline`: it follows a history that the primary has left
 * - `replay-paused`: somebody has paused it
 * - `lagging`: it is further behind than `lagMsMax` or `lagBytesMax`
 */
export type Ejection =
  | 'unreachable'
  | 'different-system'
  | 'fenced'
  | 'split'
  | 'same-server'
  | 'old-timeline'
  | 'replay-paused'
  | 'lagging'

/** What a node is for at the moment. */
export interface Placement {
  readonly role: 'primary' | 'standby' | 'none'
  /** Undefined: nothing speaks against it. */
  readonly ejection: Ejection | undefined
}

/** How far a standby is behind what the primary was known to have. Undefined: unknown. */
export interface Lag {
  readonly ms: number | undefined
  readonly bytes: number | undefined
}

export const UNKNOWN_LAG: Lag = Object.freeze({ ms: undefined, bytes: undefined })

/** The place of every node after an election. `lagOf` is asked about standbys. */
export function placementsOf(
  nodes: readonly NodeView[],
  election: Election,
  before: readonly Placement[],
  lagOf: (index: number) => Lag,
  rules: Pick<ReplicasRules, 'lagMsMax' | 'lagBytesMax'>,
): readonly Placement[] {
  return nodes.map((node, index) => {
    if (!isOf(node, election.systemId)) return outside(node)
    if (index === election.primary) return PRIMARY
    if (!node.answer.isStandby) return { role: 'none', ejection: rivalry(index, election) }
    const wasLagging = before[index]?.ejection === 'lagging'
    const isLagging = isBehind(lagOf(index), wasLagging ? 0.5 : 1, rules)
    return { role: 'standby', ejection: flawOf(node.answer, election, isLagging) }
  })
}

const PRIMARY: Placement = Object.freeze({ role: 'primary', ejection: undefined })

function outside({ isUp, answer }: NodeView): Placement {
  const isForeign = isUp && answer !== undefined
  return { role: 'none', ejection: isForeign ? 'different-system' : 'unreachable' }
}

function rivalry(index: number, { aliases, fenced }: Election): Ejection {
  if (aliases.includes(index)) return 'same-server'
  return fenced.includes(index) ? 'fenced' : 'split'
}

function flawOf(answer: NodeAnswer, election: Election, isLagging: boolean): Ejection | undefined {
  if (answer.timeline < election.timeline && answer.isTimelineSure) return 'old-timeline'
  if (answer.isReplayPaused) return 'replay-paused'
  return isLagging ? 'lagging' : undefined
}

/** `share` of the limits: who is out comes back at half of them, or it would come and go. */
function isBehind(
  { ms = 0, bytes = 0 }: Lag,
  share: number,
  { lagMsMax, lagBytesMax }: Pick<ReplicasRules, 'lagMsMax' | 'lagBytesMax'>,
): boolean {
  return ms > lagMsMax * share || bytes > lagBytesMax * share
}

/** What a standby is ejected for while something newer is there, but better than nothing while there is no primary. */
export function isLate({ role, ejection }: Placement): boolean {
  return role === 'standby' && (ejection === 'lagging' || ejection === 'replay-paused')
}
