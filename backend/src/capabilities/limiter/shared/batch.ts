import type { Claim } from '../claim.ts'
import type { Rule } from '../rule.ts'
import type { Entry } from './entry.ts'

/** How many numbers the answer begins with, and how many there are for each claim. */
export const ANSWER_HEAD = 4
export const ANSWER_EACH = 5

/** What is asked at once: as the script reads it. */
export class Batch {
  readonly keys: string[]
  readonly #keysBefore: number
  readonly #places = new Map<string, number>()
  readonly #rules: unknown[] = []
  readonly #indexes = new Map<Rule, number>()
  readonly #adjustments: number[] = []
  readonly #requests: number[][] = []

  /** With the keys that all scripts have first. */
  constructor(keys: readonly string[]) {
    this.keys = [...keys]
    this.#keysBefore = keys.length
  }

  /** `at`: when it was charged, by the clock of Redis; 0: now. */
  adjust(entry: Entry, claim: Claim, amount: number, at: number): void {
    this.#adjustments.push(this.#placeOf(entry), this.#indexOf(claim), amount, at)
  }

  ask(claims: readonly Claim[], entries: readonly Entry[], wants: readonly number[]): void {
    const request: number[] = []
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      const place = this.#placeOf(entries[index] as Entry)
      request.push(place, this.#indexOf(claim), claim.weight, wants[index] as number)
    }
    this.#requests.push(request)
  }

  text(epoch: number, deadline: number): string {
    return JSON.stringify([epoch, deadline, this.#rules, this.#adjustments, this.#requests])
  }

  #placeOf({ place }: Entry): number {
    let index = this.#places.get(place)
    if (index === undefined) {
      index = this.keys.push(place) - 1 - this.#keysBefore
      this.#places.set(place, index)
    }
    return index
  }

  /** Most go by their rule; some by less. */
  #indexOf({ rule, limit, burst, windowMs }: Claim): number {
    const isFull = limit === rule.limit
    const known = isFull ? this.#indexes.get(rule) : undefined
    if (known !== undefined) return known
    const flags = [rule.enforces ? 1 : 0, rule.onOutage === 'share' ? 1 : 0]
    const terms = [rule.algorithm, bounded(limit), windowMs, bounded(burst), ...flags]
    const index = this.#rules.push(terms) - 1
    if (isFull) this.#indexes.set(rule, index)
    return index
  }
}

/** JSON has no infinity. */
function bounded(limit: number): number {
  return Math.min(limit, 1e15)
}
