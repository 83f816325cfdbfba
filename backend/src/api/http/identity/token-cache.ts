/** Tokens already checked, by their text. */
export interface TokenCache<T> {
  get(token: string): T | undefined
  set(token: string, value: T): void
  clear(): void
  readonly size: number
}

interface Slot<T> {
  readonly token: string
  readonly value: T
  /** Asked for since the hand last passed. */
  used: boolean
}

/**
 * Remembers at most `entriesMax` tokens with the clock algorithm: a hand goes round, gives every used slot a second
 * chance and takes the first unused one. So a hit sets one flag and moves nothing, and a flood of new tokens does not
 * push out those in use.
 */
export function createTokenCache<T>(entriesMax: number): TokenCache<T> {
  const slots = new Map<string, Slot<T>>()
  const ring: Slot<T>[] = []
  let hand = 0

  function freePlace(): number {
    if (ring.length < entriesMax) return ring.length
    for (;;) {
      const place = hand
      const slot = ring[place]
      hand = (hand + 1) % entriesMax
      if (slot === undefined) return place
      if (!slot.used) {
        slots.delete(slot.token)
        return place
      }
      slot.used = false
    }
  }

  return {
    get(token) {
      const slot = slots.get(token)
      if (slot === undefined) return undefined
      slot.used = true
      return slot.value
    },
    set(token, value) {
      if (entriesMax === 0 || slots.has(token)) return
      const slot = { token, value, used: false }
      ring[freePlace()] = slot
      slots.set(token, slot)
    },
    clear() {
      slots.clear()
      ring.length = 0
      hand = 0
    },
    get size() {
      return slots.size
    },
  }
}
