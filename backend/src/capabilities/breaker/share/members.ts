import type { ShareMessage } from './message.ts'

/** Who else is there, and what each of them has found out. */
export interface Members {
  /** Takes in a message. Returns the breakers that rested at this member before and do so no more. */
  hear(message: ShareMessage, now: number): readonly string[]
  /** All that are taken to be there, this one included, in order. */
  all(now: number): readonly string[]
  /** How many of the others, heard of just now, have opened it by their own calls since then. */
  votes(breaker: string, since: number, now: number): number
}

interface Member {
  heardAt: number
  /** When each began to rest, on our clock, and whether it was its own finding. */
  resting: ReadonlyMap<string, { readonly at: number; readonly isOwn: boolean }>
}

/** A channel that somebody floods must not fill the memory. */
const MEMBERS_MAX = 1_000

/**
 * A member that is silent for `staleAfterMs` has no vote any more, but counts as one of those that a majority is the majority of
 * until `goneAfterMs`: where messages are lost, a few must not take themselves for most.
 */
export function createMembers(self: string, staleAfterMs: number, goneAfterMs: number): Members {
  const others = new Map<string, Member>()

  function forget(now: number): void {
    for (const [name, { heardAt }] of others) if (now - heardAt > goneAfterMs) others.delete(name)
  }

  return {
    hear(message, now) {
      forget(now)
      const before = others.get(message.member)
      if (before === undefined && others.size >= MEMBERS_MAX) return []
      if (message.isLeaving === true) {
        others.delete(message.member)
        return []
      }
      const told = [...message.resting]
      const resting = new Map(
        told.map(([name, { ageMs, isOwn }]) => [name, { at: now - ageMs, isOwn }]),
      )
      others.set(message.member, { heardAt: now, resting })
      return [...(before?.resting.keys() ?? [])].filter(name => !resting.has(name))
    },
    all(now) {
      forget(now)
      return [...others.keys(), self].sort()
    },
    votes(breaker, since, now) {
      const fresh = [...others.values()].filter(({ heardAt }) => now - heardAt <= staleAfterMs)
      return fresh.filter(({ resting }) => {
        const found = resting.get(breaker)
        return found?.isOwn === true && found.at > since
      }).length
    },
  }
}
