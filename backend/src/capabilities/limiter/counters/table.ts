import type { Counter } from './counter.ts'
import type { Ledger } from './ledger.ts'

/** How many places are looked at for one that may be given up. */
const LOOKS = 4

/**
 * As many counters as may be, of all rules. When it is full, a key gets the place of one that counts nothing any more, or has used
 * less of its limit; what that one has used goes to the sketch. All others are counted by the sketch alone.
 */
export class CounterTable {
  readonly #keysMax: number
  readonly #onFull: () => void
  #slots: Slot[] = []
  #hand = 0
  #turn = 0

  constructor(keysMax: number, onFull: () => void) {
    this.#keysMax = keysMax
    this.#onFull = onFull
  }

  get size(): number {
    return this.#slots.length
  }

  /** A decision begins: the counters that it finds keep their places until the next one. */
  begin(): void {
    this.#turn = (this.#turn + 1) & 0x3fff_ffff
  }

  /** The counter of a key, or what stands for it. */
  find(ledger: Ledger, key: string, weight: number, now: number): Counter {
    const counter = ledger.counters.get(key) ?? this.#admit(ledger, key, weight, now)
    counter.turn = this.#turn
    return counter
  }

  #admit(ledger: Ledger, key: string, weight: number, now: number): Counter {
    if (this.#slots.length < this.#keysMax) {
      const slot = new Slot(ledger, ledger.newCounter(ownText(key)))
      this.#slots.push(slot)
      return slot.enter()
    }
    this.#onFull()
    const tail = ledger.tail.at(key)
    const estimate = tail.usedAt(now)
    const slot = this.#lighterThan(ledger.shareAt(estimate + weight), now)
    if (slot === undefined) return tail
    slot.leave(now)
    slot.ledger = ledger
    slot.counter = ledger.newCounter(ownText(key))
    if (estimate > 0) slot.counter.charge(now, estimate, ledger.rule)
    return slot.enter()
  }

  /** The lightest of a few, if it is that. */
  #lighterThan(share: number, now: number): Slot | undefined {
    let lightest: Slot | undefined
    let least = share
    for (let look = 0; look < LOOKS && least > 0; look++) {
      this.#hand = (this.#hand + 1) % this.#slots.length
      const slot = this.#slots[this.#hand]
      if (slot === undefined || slot.counter.turn === this.#turn) continue
      const used = slot.ledger.shareOf(slot.counter, now)
      if (used < least) {
        least = used
        lightest = slot
      }
    }
    return lightest
  }

  /** Of these alone. */
  keep(ledgers: ReadonlySet<Ledger>): void {
    this.#slots = this.#slots.filter(slot => ledgers.has(slot.ledger))
    this.#hand = 0
  }
}

class Slot {
  ledger: Ledger
  counter: Counter

  constructor(ledger: Ledger, counter: Counter) {
    this.ledger = ledger
    this.counter = counter
  }

  enter(): Counter {
    this.ledger.counters.set(this.counter.key, this.counter)
    return this.counter
  }

  leave(now: number): void {
    const { ledger, counter } = this
    ledger.counters.delete(counter.key)
    counter.isEvicted = true
    const used = counter.usedAt(now, ledger.rule)
    if (used > 0) ledger.tail.at(counter.key).add(now, used)
  }
}

/** A part of a longer text holds on to all of it, and a text put together to its parts: not for a table that keeps many. */
function ownText(key: string): string {
  const copy = Buffer.from(key).toString()
  return copy === key ? copy : key
}
