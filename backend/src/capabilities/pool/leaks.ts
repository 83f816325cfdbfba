import type { Slot } from './slot.ts'

export interface Leak {
  readonly processId: number
  readonly heldMs: number
  /** Where the connection was asked for. */
  readonly stack: string
}

/** Where `above` was called: the stack is caught now and made text only when it is wanted. */
export function originOf(above: (...given: never[]) => unknown): Error {
  const origin = new Error('A connection was asked for here')
  Error.captureStackTrace(origin, above)
  return origin
}

/** Connections that one caller has held for `afterMs` or longer; each is told once. */
export function findLeaks(slots: Iterable<Slot>, now: number, afterMs: number): readonly Leak[] {
  const leaks: Leak[] = []
  for (const slot of slots) {
    const heldMs = now - slot.heldSince
    if (slot.origin === undefined || heldMs < afterMs) continue
    leaks.push({ processId: slot.member.processId, heldMs, stack: slot.origin.stack ?? '' })
    slot.origin = undefined
  }
  return leaks
}
