import { apportion } from './apportion.ts'
import { totalOf } from './capacity.ts'
import type { LockState } from './lock-state.ts'

/** What one member should do now, and what it may have once it has. All with its overhead. */
export interface SlotPlan {
  readonly total: number
  /** Its part of the total, whether or not there are slots for it yet. */
  readonly part: number
  /** Slots to give back; never those of connections that are still open. */
  readonly release: number
  /** Slots to take, if they are free. */
  readonly take: number
  /** Slots that it would take if the server had connections left. */
  readonly crowdedOut: number
}

/**
 * Everybody plans for himself by the same rule from the same state (`apportion`), and PostgreSQL sees to it that no slot is
 * taken twice. The server's own count has the last word: connections of other programs, and those of a process that was
 * killed and whose statements still run, are in nobody's slots.
 */
export function planSlots(state: LockState, self: number, share: number): SlotPlan {
  const { members, capacity } = state
  const total = totalOf(capacity, share)
  const place = members.findIndex(({ processId }) => processId === self)
  const parts = apportion(
    members.map(({ wanted }) => wanted),
    total,
  )
  const part = parts[place] ?? 0
  const mine = members[place] ?? { held: 0, slots: [] }
  const missing = Math.max(0, part - mine.slots.length)
  const take = Math.min(missing, roomFor(state, self))
  return {
    total,
    part,
    release: Math.max(0, mine.slots.length - Math.max(part, mine.held)),
    take,
    crowdedOut: missing - take,
  }
}

/** Slots that could be turned into connections at once, even if all other slots are. */
function roomFor({ members, capacity, connections }: LockState, self: number): number {
  const unopened = members.reduce(
    (sum, { held, slots }) => sum + Math.max(0, slots.length - held),
    0,
  )
  const mine = members.find(({ processId }) => processId === self)
  const openWithoutSlot = Math.max(0, (mine?.held ?? 0) - (mine?.slots.length ?? 0))
  return Math.max(0, capacity.usable - connections - unopened) + openWithoutSlot
}
