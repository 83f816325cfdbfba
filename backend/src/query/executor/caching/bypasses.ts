import type { BypassReason } from '../types.ts'

/** Reads that went past the cache, by reason. */
export class Bypasses {
  readonly #counts = new Map<BypassReason, number>()

  count(reason: BypassReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
  }

  all(): Readonly<Partial<Record<BypassReason, number>>> {
    return Object.fromEntries(this.#counts)
  }
}
