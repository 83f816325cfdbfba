import type { Clock } from '../../base/index.ts'

/**
 * Refuses a share of the calls before a breaker opens, and the larger a share the more of them fail. Client-side throttling
 * of the Google SRE book (Handling Overload): with `asked` calls and `accepted` answers in the last 10 s, the chance to
 * be refused is (asked − 5 − 1.5 × accepted) / (asked + 1). One call a second passes whatever the chance.
 */
export interface Throttle {
  /** Whether the call may pass. Counts it either way. */
  admits(): boolean
  /** A call that passed was answered. */
  accepted(): void
  /** A call that passed ended without saying anything. */
  forgotten(): void
  /** The chance to be refused now, from 0 to 1. */
  dropRatio(): number
}

export interface ThrottleSetup {
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
}

const WINDOW_MS = 10_000
const SLICES = 40
const SLICE_MS = WINDOW_MS / SLICES
/** So many failures are nobody's business. */
const TOLERATED = 5
/** Half as many calls again as are answered are let through, to notice when things get better. */
const PER_ACCEPTED = 1.5
const PASS_EVERY_MS = 1_000

export function createThrottle({ clock, random }: ThrottleSetup): Throttle {
  const asked = new Uint32Array(SLICES)
  const accepted = new Uint32Array(SLICES)
  let current = Math.floor(clock.now() / SLICE_MS)
  let passedAt = Number.NEGATIVE_INFINITY

  function slice(): number {
    const at = Math.floor(clock.now() / SLICE_MS)
    for (let gone = Math.max(current + 1, at - SLICES + 1); gone <= at; gone++) {
      asked[indexOf(gone)] = 0
      accepted[indexOf(gone)] = 0
    }
    current = at
    return indexOf(at)
  }

  function dropRatio(): number {
    slice()
    const total = sum(asked)
    return Math.max(0, (total - TOLERATED - PER_ACCEPTED * sum(accepted)) / (total + 1))
  }

  return {
    dropRatio,
    admits() {
      const ratio = dropRatio()
      const index = slice()
      asked[index] = (asked[index] as number) + 1
      const now = clock.now()
      if (ratio > 0 && now - passedAt < PASS_EVERY_MS && random() < ratio) return false
      passedAt = now
      return true
    },
    accepted() {
      const index = slice()
      accepted[index] = (accepted[index] as number) + 1
    },
    forgotten() {
      slice()
      for (let back = 0; back < SLICES; back++) {
        const index = indexOf(current - back)
        const calls = asked[index] as number
        if (calls === 0) continue
        asked[index] = calls - 1
        return
      }
    },
  }
}

function indexOf(slice: number): number {
  return ((slice % SLICES) + SLICES) % SLICES
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0)
}
