/** Lets in an even share of what comes: of 0.25 each fourth. */
export class Turns {
  #credit = 0.5

  take(share: number): boolean {
    this.#credit += share
    if (this.#credit < 1) return false
    this.#credit -= 1
    return true
  }
}
