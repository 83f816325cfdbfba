import type { Clock } from '../../../base/index.ts'
import type { Breaker } from '../../../capabilities/breaker/index.ts'

/** Ends the rest of a node's breaker early: the watch over the node knows more than the time does. */
export interface Comeback {
  /** The node has answered a question of the watch that was put at this time, on the clock. */
  answered(askedAt: number): void
}

/** A breaker that opened is tried again so soon after its node has answered the watch, in milliseconds. */
const PROBE_SOON_MS = 50

/**
 * A node may lose all its connections, and open its breaker with that, without ever missing a question: so what counts is that
 * it answers one put after the breaker opened. A server that answers those and fails at everything else is tried after
 * twice the time with each trial in vain, and in the end not before its rest is over.
 */
export function createComeback(
  breaker: Pick<Breaker, 'watch' | 'probeIn' | 'status'>,
  clock: Clock,
): Comeback {
  let openedAt = Number.POSITIVE_INFINITY
  let inVain = 0
  breaker.watch(({ from, to }) => {
    openedAt = to === 'open' ? clock.now() : Number.POSITIVE_INFINITY
    if (to === 'closed') inVain = 0
    else if (to === 'open' && from === 'half-open') inVain++
  })
  return {
    answered(askedAt) {
      if (askedAt < openedAt) return
      openedAt = Number.POSITIVE_INFINITY
      const restMs = (breaker.status().nextProbeAt ?? 0) - clock.epochMs()
      const soonMs = PROBE_SOON_MS * 2 ** inVain
      if (soonMs < restMs) breaker.probeIn(soonMs)
    },
  }
}
