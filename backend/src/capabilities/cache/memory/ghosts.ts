const WAYS = 4

/**
 * The hashes of what left lately, in a table of fixed size: four places for each, of which the oldest is taken over. So some are
 * forgotten early, which costs a hit now and then, and nothing has to be moved or freed.
 */
export class Ghosts {
  #hashes = new Int32Array(0)
  /** When each came: its number among all that came; 0: nothing is there. */
  #numbers = new Float64Array(0)
  #mask = 0
  #came = 0

  constructor(ghostsMax: number) {
    this.resize(ghostsMax)
  }

  /** Those that are there stay, as far as they find a place. */
  resize(ghostsMax: number): void {
    const [hashes, numbers] = [this.#hashes, this.#numbers]
    const sets = 2 ** Math.ceil(Math.log2(Math.max(4, ghostsMax / 2)))
    this.#mask = sets - 1
    this.#hashes = new Int32Array(sets * WAYS)
    this.#numbers = new Float64Array(sets * WAYS)
    numbers.forEach((number, at) => {
      if (number > 0) this.#put(hashes[at] as number, number)
    })
  }

  add(hash: number): void {
    this.#put(hash, ++this.#came)
  }

  /** Takes it out. Answers how many came since it did, itself included; undefined: it is not there. */
  take(hash: number): number | undefined {
    const start = (hash & this.#mask) * WAYS
    for (let at = start; at < start + WAYS; at++) {
      const number = this.#numbers[at] as number
      if (number > 0 && this.#hashes[at] === hash) {
        this.#numbers[at] = 0
        return this.#came - number + 1
      }
    }
    return undefined
  }

  #put(hash: number, number: number): void {
    const start = (hash & this.#mask) * WAYS
    let oldest = start
    for (let at = start + 1; at < start + WAYS; at++) {
      if ((this.#numbers[at] as number) < (this.#numbers[oldest] as number)) oldest = at
    }
    if ((this.#numbers[oldest] as number) > number) return
    this.#hashes[oldest] = hash
    this.#numbers[oldest] = number
  }
}
