/** Fewer requests than this in the life of a lease are no reason to have one. */
const HOT_REQUESTS = 4
const RATE_SAMPLE_MS = 50
/** How much less than a full block is asked for again before it is used up. */
const REFILL_BELOW = 0.35

const BLOCKS = 4

/** What was charged in advance at once. */
export interface Block {
  readonly amount: number
  readonly at: number
  /** By the clock of Redis. */
  readonly redisAt: number
}

/**
 * What was charged to a counter in advance, for requests to come: they are answered without asking. In no window do more pass than the
 * limit and what all processes hold at its beginning, which is at most `leaseShareMax` of the limit.
 */
export class Lease {
  tokens = 0
  endsAt = 0
  /** More was asked for, and has not come yet. */
  isOrdered = false
  /** The last ones; what is left is of the newest. */
  #blocks: Block[] = []
  #rate = 0
  #seen = 0
  #seenSince = 0

  /** So much was asked for, from here or from Redis. */
  see(now: number, weight: number): void {
    this.#seen += weight
    const sinceMs = now - this.#seenSince
    if (sinceMs < RATE_SAMPLE_MS) return
    // What came before a long silence says nothing about the rate.
    this.#rate = sinceMs > 20 * RATE_SAMPLE_MS ? 0 : (this.#rate + this.#seen / sinceMs) / 2
    this.#seen = 0
    this.#seenSince = now
  }

  /** How much to ask for in advance now; no more until that has come. `most` is what this process may hold. */
  order(leaseMs: number, most: number): number {
    if (this.isOrdered) return 0
    const likely = this.#rate * leaseMs
    if (likely < HOT_REQUESTS) return 0
    const wanted = Math.floor(Math.min(likely, most) - this.tokens)
    this.isOrdered = wanted >= 2
    return this.isOrdered ? wanted : 0
  }

  /** At the end of its time nothing can be taken any more. */
  covers(now: number, weight: number): boolean {
    return weight > 0 && this.tokens >= weight && now < this.endsAt
  }

  isLow(): boolean {
    return !this.isOrdered && this.tokens < (this.#blocks[0]?.amount ?? 0) * REFILL_BELOW
  }

  /** More or less of what was taken from it. Returns what it has no room for. */
  adjust(now: number, amount: number): number {
    if (now >= this.endsAt) return amount > 0 ? amount : 0
    const taken = Math.min(this.tokens, amount)
    this.tokens -= taken
    return amount - taken
  }

  receive(block: Block, forMs: number): void {
    this.tokens += block.amount
    this.endsAt = block.at + forMs
    this.#blocks = [block, ...this.#blocks.slice(0, BLOCKS - 1)]
  }

  /** Of what is left each part, as it was received. Nothing can be taken any more. */
  end(): readonly Block[] {
    const left: Block[] = []
    for (const block of this.#blocks) {
      const amount = Math.min(this.tokens, block.amount)
      this.tokens -= amount
      if (amount > 0) left.push({ ...block, amount })
    }
    this.tokens = 0
    this.#blocks = []
    return left
  }
}
