import type { From, Result, StaleReason } from '../../../capabilities/cache/index.ts'
import type { Answer, BypassReason, CacheMark, KeptAnswer } from '../types.ts'

/** A class, for there is one with each answer. */
export class Mark implements CacheMark {
  readonly from: CacheMark['from']
  readonly why: CacheMark['why']
  readonly key: string | undefined
  readonly kept: KeptAnswer | undefined
  readonly ageMs: number
  readonly ttlMs: number
  readonly isJoined: boolean
  readonly isStored: boolean
  readonly replaces: boolean

  /** `replaces`: an older answer was kept under the key, and was not good enough. */
  constructor(
    { from, why, ageMs, ttlMs, isJoined, isStored }: Source,
    key: string,
    kept: KeptAnswer,
    replaces: boolean,
  ) {
    this.from = from
    this.why = why
    this.key = isStored && from !== 'stale' ? key : undefined
    this.kept = isStored || from === 'stale' ? kept : undefined
    this.ageMs = ageMs
    this.ttlMs = from === 'loaded' && !isStored ? 0 : ttlMs
    this.isJoined = isJoined
    this.isStored = isStored
    this.replaces = replaces
  }
}

interface Source extends Omit<Result<unknown>, 'value' | 'isNegative' | 'from' | 'why'> {
  readonly from: From | 'bypass'
  readonly why: StaleReason | BypassReason | undefined
}

/** Of an answer that the cache has nothing to do with. */
export function bypassed(why: BypassReason): CacheMark {
  return {
    from: 'bypass',
    why,
    key: undefined,
    kept: undefined,
    ageMs: 0,
    ttlMs: 0,
    isJoined: false,
    isStored: false,
  }
}

/** For one caller: what is kept is the same object for all. */
export function marked(answer: Answer, cached: CacheMark): Answer {
  return { ...answer, cached }
}
