import type { Result } from '../../../capabilities/cache/index.ts'
import { historyOf, parseConsistencyToken } from '../../../capabilities/replicas/index.ts'
import { includes } from '../../cacheability/index.ts'
import type { Consistency, KeptAnswer } from '../types.ts'
import type { JournalFollower } from './types.ts'

/** What was known of the journal before an answer was looked for. */
export interface Heard {
  /** Changes of all transactions below had been told. */
  readonly horizon: bigint
  /** Changes of all tables of the answer are told. */
  readonly isJournaled: boolean
  /** Of which cluster and timeline the answer is: in another one the same id is another transaction. */
  readonly history: string | undefined
}

type Follower = Pick<JournalFollower, 'state' | 'horizon' | 'status'>
type Found = Pick<Result<KeptAnswer>, 'value' | 'from' | 'isStored'>

/** So long it may take until the journal is looked at again: no kept answer is promised to be newer, in milliseconds. */
const HEARD_WITHIN_MS = 1_000

export function horizonFor(
  consistency: Consistency | undefined,
  { state, horizon }: Follower,
): bigint {
  return consistency === undefined || state !== 'following' ? 0n : horizon
}

/**
 * Whether an answer that was not read for this caller is as new as he wants it. What contains his transaction is; and so is what
 * was still right when all changes up to there had been told.
 */
export function isNewEnough(
  { value, from, isStored }: Found,
  consistency: Consistency | undefined,
  heard: Heard,
  follower: Follower,
): boolean {
  if (consistency === undefined) return true
  const { token, maxStalenessMs } = consistency
  // What a standby answered that lags is not kept if it lacks something that was told.
  const isCurrent = from === 'l1' || from === 'l2' || (from === 'loaded' && isStored)
  const isHeard = heard.isJournaled && isCurrent
  const horizon = isHeard ? heard.horizon : 0n
  if (token !== undefined && !contains(value, token, horizon, heard.history)) return false
  return maxStalenessMs === undefined || (isHeard && isHeardWithin(maxStalenessMs, follower))
}

/** `horizon`: what is below is in the answer. */
function contains(
  { snapshot }: KeptAnswer,
  text: string,
  horizon: bigint,
  history: string | undefined,
): boolean {
  const token = parseConsistencyToken(text)
  const xid = token?.xid
  if (token === undefined || xid === undefined || historyOf(token) !== history) return false
  return xid < horizon || includes(snapshot, xid)
}

function isHeardWithin(maxStalenessMs: number, follower: Follower): boolean {
  if (maxStalenessMs < HEARD_WITHIN_MS || follower.state !== 'following') return false
  return follower.status().lagMs + HEARD_WITHIN_MS <= maxStalenessMs
}
