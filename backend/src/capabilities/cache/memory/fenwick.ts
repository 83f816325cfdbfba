/** Sums of the first so many of a row of numbers, in logarithmic time (Fenwick, 1994). */
export class Fenwick {
  readonly #sums: Int32Array

  constructor(size: number) {
    this.#sums = new Int32Array(size + 1)
  }

  add(at: number, by: number): void {
    for (let node = at + 1; node < this.#sums.length; node += node & -node) {
      this.#sums[node] = (this.#sums[node] as number) + by
    }
  }

  /** Of all up to this one, itself included. */
  sum(at: number): number {
    let sum = 0
    for (let node = at + 1; node > 0; node -= node & -node) sum += this.#sums[node] as number
    return sum
  }

  clear(): void {
    this.#sums.fill(0)
  }
}
