/** Something that is counted. */
interface Counted {
  asked: number
}

/**
 * Counts by name, of so many names at most: where clients invent names, those that hardly anybody asks for make room. What was counted for
 * those is gone.
 */
export class Busiest<T extends Counted> {
  readonly #max: number
  readonly #make: () => T
  readonly #all = new Map<string, T>()

  constructor(max: number, make: () => T) {
    this.#max = max
    this.#make = make
  }

  of(name: string): T {
    const before = this.#all.get(name)
    if (before !== undefined) return before
    if (this.#all.size >= this.#max) this.#forgetOne()
    const made = this.#make()
    this.#all.set(name, made)
    return made
  }

  /** The most asked for first. */
  entries(): readonly (readonly [string, T])[] {
    return [...this.#all].sort(([, one], [, other]) => other.asked - one.asked)
  }

  #forgetOne(): void {
    let least: string | undefined
    let asked = Number.POSITIVE_INFINITY
    for (const [name, counted] of this.#all) {
      if (counted.asked >= asked) continue
      least = name
      asked = counted.asked
    }
    if (least !== undefined) this.#all.delete(least)
  }
}
