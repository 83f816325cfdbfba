import type { KeyCache } from '../../backend/src/capabilities/cache/memory/testing/reference-policies.ts'

/** How often a key was seen lately: in four counters, of which the least counts. */
class Sketch {
  readonly #counts: Uint8Array
  readonly #mask: number
  readonly #halvedAfter: number
  #added = 0

  constructor(entriesMax: number) {
    const size = 4 * 2 ** Math.ceil(Math.log2(Math.max(64, entriesMax)))
    this.#counts = new Uint8Array(size)
    this.#mask = size - 1
    this.#halvedAfter = 10 * entriesMax
  }

  frequency(key: number): number {
    let least = 15
    for (let row = 0; row < 4; row++) {
      least = Math.min(least, this.#counts[this.#at(key, row)] as number)
    }
    return least
  }

  add(key: number): void {
    for (let row = 0; row < 4; row++) {
      const at = this.#at(key, row)
      this.#counts[at] = Math.min(15, (this.#counts[at] as number) + 1)
    }
    if (++this.#added < this.#halvedAfter) return
    this.#added >>= 1
    for (let at = 0; at < this.#counts.length; at++) {
      this.#counts[at] = (this.#counts[at] as number) >> 1
    }
  }

  #at(key: number, row: number): number {
    let mixed = Math.imul(key ^ (key >>> 16), 0x45d9f3b) ^ Math.imul(row, 0x9e3779b9)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x85ebca6b)
    return (mixed ^ (mixed >>> 16)) & this.#mask
  }
}

/**
 * W-TinyLFU (Einziger, Friedman and Manes, ACM Transactions on Storage 13(4), 2017) with the adaptive window of Caffeine (Einziger, Eytan,
 * Friedman and Manes, Middleware 2018): the window grows or shrinks as long as that brings hits.
 */
export class WTinyLfu implements KeyCache<number> {
  readonly #max: number
  readonly #sketch: Sketch
  readonly #random: () => number
  readonly #window = new Set<number>()
  readonly #probation = new Set<number>()
  readonly #protected = new Set<number>()
  #windowMax: number
  #step: number
  #uses = 0
  #hits = 0
  #shareBefore = 0

  constructor(entriesMax: number, random: () => number) {
    this.#max = entriesMax
    this.#random = random
    this.#sketch = new Sketch(entriesMax)
    this.#windowMax = Math.max(1, Math.round(entriesMax / 100))
    this.#step = entriesMax / 16
  }

  get(key: number): boolean {
    this.#sketch.add(key)
    const isHit = this.#find(key)
    if (isHit) this.#hits++
    if (++this.#uses >= 10 * this.#max) this.#climb()
    return isHit
  }

  set(key: number): void {
    this.#window.add(key)
    while (this.#window.size > this.#windowMax) {
      const candidate = shift(this.#window)
      this.#probation.add(candidate)
      if (this.#size > this.#max) this.#evict(candidate)
    }
  }

  get #size(): number {
    return this.#window.size + this.#probation.size + this.#protected.size
  }

  #find(key: number): boolean {
    if (this.#window.delete(key)) this.#window.add(key)
    else if (this.#protected.delete(key)) this.#protected.add(key)
    else if (this.#probation.delete(key)) {
      this.#protected.add(key)
      this.#demote()
    } else return false
    return true
  }

  #evict(candidate: number): void {
    const from = this.#probation.size > 1 ? this.#probation : this.#protected
    const victim = from.values().next().value ?? candidate
    const [wish, right] = [this.#sketch.frequency(candidate), this.#sketch.frequency(victim)]
    const isAdmitted = wish > right || (wish >= 6 && this.#random() < 1 / 128)
    if (isAdmitted) from.delete(victim)
    else this.#probation.delete(candidate)
  }

  #demote(): void {
    const protectedMax = Math.floor((this.#max - this.#windowMax) * 0.8)
    while (this.#protected.size > protectedMax) this.#probation.add(shift(this.#protected))
  }

  #climb(): void {
    const share = this.#hits / this.#uses
    const change = share - this.#shareBefore
    const by = change >= 0 ? this.#step : -this.#step
    this.#step = Math.abs(change) >= 0.05 ? Math.sign(by) * (this.#max / 16) : 0.98 * by
    this.#shareBefore = share
    this.#uses = this.#hits = 0
    const windowMax = Math.round(this.#windowMax + by)
    this.#windowMax = Math.max(1, Math.min(Math.floor(this.#max * 0.8), windowMax))
    this.#demote()
    while (this.#window.size > this.#windowMax) this.#probation.add(shift(this.#window))
    while (this.#window.size < this.#windowMax && this.#probation.size > 0) {
      this.#window.add(shift(this.#probation))
    }
  }
}

function shift(keys: Set<number>): number {
  const oldest = keys.values().next().value ?? 0
  keys.delete(oldest)
  return oldest
}
