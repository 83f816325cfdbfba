const ROWS = 4
const CELL_MAX = 0xffff

/**
 * Counts of very many keys in a fixed place: a count-min sketch with conservative update. What it says of a key is never less than
 * what was added for it in the last `periodMs`, and seldom more than what was added in the last two periods.
 */
export class Sketch {
  readonly #periodMs: number
  readonly #mask: number
  /** The rows of this period and of the one before. */
  #current: Uint16Array
  #previous: Uint16Array
  #period = 0
  readonly #cells = new Uint32Array(ROWS)

  constructor(periodMs: number, width: number) {
    this.#periodMs = periodMs
    this.#mask = width - 1
    this.#current = new Uint16Array(ROWS * width)
    this.#previous = new Uint16Array(ROWS * width)
  }

  estimate(now: number, one: number, other: number): number {
    this.#turn(now)
    this.#find(one, other)
    return this.#least(this.#current) + this.#least(this.#previous)
  }

  /** Only the smallest of its cells grow: the others already say enough. */
  add(now: number, one: number, other: number, amount: number): void {
    this.#turn(now)
    this.#find(one, other)
    const raised = Math.min(CELL_MAX, this.#least(this.#current) + amount)
    for (const cell of this.#cells) {
      if ((this.#current[cell] ?? 0) < raised) this.#current[cell] = raised
    }
  }

  #turn(now: number): void {
    const period = Math.floor(now / this.#periodMs)
    if (period === this.#period) return
    const old = this.#previous
    this.#previous = this.#current
    this.#current = old.fill(0)
    if (period !== this.#period + 1) this.#previous.fill(0)
    this.#period = period
  }

  /** One cell a row, by two hashes: the rows are as independent as they need to be. */
  #find(one: number, other: number): void {
    const width = this.#mask + 1
    for (let row = 0; row < ROWS; row++) {
      this.#cells[row] = row * width + ((one + Math.imul(row, other | 1)) & this.#mask)
    }
  }

  #least(cells: Uint16Array): number {
    let least = CELL_MAX
    for (const cell of this.#cells) {
      const count = cells[cell] ?? 0
      if (count < least) least = count
    }
    return least
  }
}
