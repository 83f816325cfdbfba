import type { CachingRules } from './options.ts'
import type { FollowerState } from './types.ts'

/** Some table has a time of its own. */
export function hasTimes({ tables }: Pick<CachingRules, 'tables'>): boolean {
  return Object.values(tables).some(({ ttlMs }) => ttlMs !== undefined)
}

/** There is neither a journal nor a table with a time of its own: as if there were no cache. */
export function isIdle(areTimes: boolean, state: FollowerState): boolean {
  return !areTimes && (state === 'absent' || state === 'stopped')
}

/** Whether a server with these rules would keep answers, its follower being in this state. */
export function keepsAnswers(rules: CachingRules, state: FollowerState): boolean {
  return rules.enabled && !isIdle(hasTimes(rules), state)
}
