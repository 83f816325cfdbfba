import { type Breaker, type BreakerSetup, createBreaker } from './breaker.ts'
import type { BreakerOptions } from './options.ts'
import type { BreakerStatus } from './status.ts'

/** Breakers by name: one for each thing that can fail by itself. */
export interface Breakers {
  /**
   * The breaker of this name, made when there is none; its options count only then. When `breakersMax` are there, the one that
   * was asked for longest ago goes, if it is closed and nothing runs through it; where there is none such, all further names
   * share the breaker `*`.
   */
  get(name: string, options?: BreakerOptions): Breaker
  all(): readonly Breaker[]
  /** For `/metrics/circuits`. */
  status(): readonly BreakerStatus[]
  /** Hears of each breaker that is made from now on. The returned function ends that. */
  watch(listener: (breaker: Breaker) => void): () => void
}

export interface BreakersSetup extends BreakerSetup {
  /** Breakers at most, so that names made from requests cannot fill the memory. Default 1_000. */
  readonly breakersMax?: number
}

const BREAKERS_MAX = 1_000
/** For whom there is no room. */
const OTHERS = '*'

/** Each breaker has the options of the setup unless `get` gives its own. Throws ST001 and ST003 for a wrong option. */
export function createBreakers(setup: BreakersSetup = {}): Breakers {
  const { breakersMax = BREAKERS_MAX, ...shared } = setup
  createBreaker(OTHERS, shared) // A wrong option is told now, rather than by the first call.
  /** In the order in which they were asked for. */
  const breakers = new Map<string, Breaker>()
  const listeners = new Set<(breaker: Breaker) => void>()
  let others: Breaker | undefined

  function make(name: string, options: BreakerOptions | undefined): Breaker {
    const breaker = createBreaker(name, { ...shared, ...options })
    for (const listener of listeners) listener(breaker)
    return breaker
  }

  function makeRoom(): boolean {
    if (breakers.size < breakersMax) return true
    const spare = [...breakers.values()].find(isSpare)
    return spare !== undefined && breakers.delete(spare.name)
  }

  function add(name: string, options: BreakerOptions | undefined): Breaker {
    if (!makeRoom()) return (others ??= make(OTHERS, undefined))
    const breaker = make(name, options)
    breakers.set(name, breaker)
    return breaker
  }

  function all(): readonly Breaker[] {
    return [...breakers.values(), ...(others === undefined ? [] : [others])]
  }

  return {
    get(name, options) {
      const known = breakers.get(name)
      if (known === undefined) return add(name, options)
      breakers.delete(name)
      breakers.set(name, known)
      return known
    },
    all,
    status: () => all().map(breaker => breaker.status()),
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Nothing is lost with it but the numbers of a quiet time. */
function isSpare(breaker: Breaker): boolean {
  const { state, running, failuresInARow, slowStartLimit } = breaker.status()
  return state === 'closed' && running === 0 && failuresInARow === 0 && slowStartLimit === undefined
}
