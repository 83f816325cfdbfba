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
  /** One beside the other, as an object for each pair would be as large as what it holds. */
  #counters: Counter[] = []
  #ledgers: Ledger[] = []
  #hand = 0
  #turn = 0

  constructor(keysMax: number, onFull: () => void) {
    this.#keysMax = keysMax
    this.#onFull = onFull
  }

  get size(): number {
    return this.#counters.length
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
    if (this.#counters.length < this.#keysMax)
      return this.#enter(this.#counters.length, ledger, key)
    this.#onFull()
    const tail = ledger.tail.at(key)
    const estimate = tail.usedAt(now)
    const place = this.#lighterThan(ledger.shareAt(estimate + weight), now)
    if (place === undefined) return tail
    this.#leave(place, now)
    const counter = this.#enter(place, ledger, key)
    if (estimate > 0) counter.charge(now, estimate, ledger.rule)
    return counter
  }

  #enter(place: number, ledger: Ledger, key: string): Counter {
    const counter = ledger.newCounter(ownText(key))
    this.#counters[place] = counter
    this.#ledgers[place] = ledger
    ledger.counters.set(counter.key, counter)
    return counter
  }

  #leave(place: number, now: number): void {
    const ledger = this.#ledgers[place] as Ledger
    const counter = this.#counters[place] as Counter
    ledger.counters.delete(counter.key)
    counter.isEvicted = true
    const used = counter.usedAt(now, ledger.rule)
    if (used > 0) ledger.tail.at(counter.key).add(now, used)
  }

  /** The place of the lightest of a few, if it is that. */
  #lighterThan(share: number, now: number): number | undefined {
    let lightest: number | undefined
    let least = share
    for (let look = 0; look < LOOKS && least > 0; look++) {
      const place = (this.#hand + 1) % this.#counters.length
      this.#hand = place
      const counter = this.#counters[place] as Counter
      if (counter.turn === this.#turn) continue
      const used = (this.#ledgers[place] as Ledger).shareOf(counter, now)
      if (used < least) {
        least = used
        lightest = place
      }
    }
    return lightest
  }

  /** Of these alone. */
  keep(ledgers: ReadonlySet<Ledger>): void {
    const isKept = (_: unknown, place: number): boolean => ledgers.has(all[place] as Ledger)
    const all = this.#ledgers
    this.#counters = this.#counters.filter(isKept)
    this.#ledgers = all.filter(isKept)
    this.#hand = 0
  }
}

/** A part of a longer text holds on to all of it, and a text put together to its parts: not for a table that keeps many. */
function ownText(key: string): string {
  if (key.length < COPIED_BELOW) return key
  const copy = Buffer.from(key).toString()
  return copy === key ? copy : key
}

/** Of texts as short as that V8 makes copies anyway. */
const COPIED_BELOW = 13
