import type { PerClass } from './classes.ts'
import type { Holdings } from './shares.ts'
import type { Stock } from './stock.ts'

/** What the shares look at, always as it is now; made once, so that looking costs nothing. */
export class LiveHoldings implements Holdings {
  readonly #stock: Stock
  readonly #waiting: () => Readonly<PerClass>

  constructor(stock: Stock, waiting: () => Readonly<PerClass>) {
    this.#stock = stock
    this.#waiting = waiting
  }

  get held(): Readonly<PerClass> {
    return this.#stock.slots.held
  }

  get waiting(): Readonly<PerClass> {
    return this.#waiting()
  }

  get target(): number {
    return this.#stock.target
  }

  get ceiling(): number {
    return this.#stock.ceiling
  }
}
