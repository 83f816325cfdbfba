import { type Charge, Counter, type Terms } from './counter.ts'

/** Parts of a window. What falls into one part ends together, at the time of the last of it: up to 1/64 late, never early. */
const PARTS = 64

/**
 * The last `windowMs`, in parts: in no stretch of that length is there more than was allowed, and a steady flow is held back by
 * less than one in a hundred. A key that is seldom seen has one part, one in heavy use 66.
 */
export class SlidingCounter extends Counter {
  total = 0
  oldest: Part | undefined = undefined
  newest: Part | undefined = undefined

  usedAt(now: number, terms: Terms): number {
    const { windowMs } = terms
    let part = this.oldest
    while (part !== undefined && part.last + windowMs <= now) {
      this.total -= part.count
      part.isOver = true
      part = part.next
    }
    this.oldest = part
    if (part === undefined) {
      this.newest = undefined
      this.total = 0 // Sums of fractions need not end at nothing.
    }
    return this.total
  }

  charge(now: number, weight: number, terms: Terms): Charge {
    const part = this.#partAt(now, terms.windowMs)
    part.last = now
    part.count += weight
    this.total += weight
    return part
  }

  #partAt(now: number, windowMs: number): Part {
    const { newest } = this
    if (newest !== undefined && now - newest.first < windowMs / PARTS) return newest
    const part = new Part(this, now)
    if (newest === undefined) this.oldest = part
    else newest.next = part
    this.newest = part
    return part
  }

  waitMs(now: number, excess: number, terms: Terms): number {
    let missing = excess
    for (let part = this.oldest; part !== undefined; part = part.next) {
      missing -= part.count
      if (missing <= 1e-9) return part.last + terms.windowMs - now
    }
    return terms.windowMs
  }

  resetMs(now: number, terms: Terms): number {
    return this.newest === undefined ? 0 : this.newest.last + terms.windowMs - now
  }
}

class Part implements Charge {
  readonly counter: SlidingCounter
  readonly first: number
  last: number
  count = 0
  isOver = false
  next: Part | undefined = undefined

  constructor(counter: SlidingCounter, now: number) {
    this.counter = counter
    this.first = now
    this.last = now
  }

  adjust(difference: number, _at: number, now: number, terms: Terms): void {
    const { counter } = this
    counter.usedAt(now, terms) // What is over is not given back once more.
    if (difference > 0 && this.isOver) counter.charge(now, difference, terms)
    if (this.isOver) return
    this.count += difference
    counter.total += difference
    counter.deniedUntil = 0
  }
}
