/** How long what was measured is believed: the first time, twice that the next time, and at most. */
const FIRST_MS = 600_000
const LONGEST_MS = 3_600_000
/** Waits differ by up to this share, so that many processes do not try at the same moment. */
const JITTER = 0.25
/** Connections are held so many times longer or shorter: these are other calls, and what was learnt is void. */
const OTHER_CALLS = 1.5
/** A size that served is gone back to in one step, for so long after it was left, in milliseconds. */
const PROVEN_MS = 600_000
/** Growth so soon after shrinking says that this was too far, in milliseconds: so long, at first, it stays above that. */
const REGRET_MS = 300_000
const PATIENCE_MS = 600_000
const PATIENCE_MAX_MS = 3_600_000
const ABOVE = 1.25

interface Border {
  readonly size: number
  readonly holdMs: number
  readonly until: number
  readonly times: number
}

/** What a measurement at the border said. */
interface Finding {
  readonly size: number
  readonly holdMs: number
  readonly now: number
}

/** What has been tried, so that it is not tried all the time. `random`: from 0 to 1. */
export class SizingMemory {
  readonly #random: () => number
  #ceiling: Border | undefined = undefined
  #footing: Border | undefined = undefined
  #proven: { readonly size: number; readonly until: number } | undefined = undefined
  #shrunkAt = Number.NEGATIVE_INFINITY
  /** Nothing is tried again before: whatever is tried, the size goes there and back. */
  #quietUntil = Number.NEGATIVE_INFINITY
  #patientUntil = Number.NEGATIVE_INFINITY
  #patienceMs = 0
  #tooSmall = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /** Growth beyond this has not paid. Infinite when it may be tried. */
  ceiling(now: number): number {
    return this.#holds(this.#ceiling, now)?.size ?? Number.POSITIVE_INFINITY
  }

  /** Less than this has cost throughput. 0 when it may be tried. */
  footing(now: number): number {
    return this.#holds(this.#footing, now)?.size ?? 0
  }

  #holds(border: Border | undefined, now: number): Border | undefined {
    return border !== undefined && now < Math.max(border.until, this.#quietUntil)
      ? border
      : undefined
  }

  growthDidNotPay(finding: Finding): void {
    this.#ceiling = this.#learnt(this.#ceiling, finding)
  }

  shrinkingCost(finding: Finding): void {
    this.#footing = this.#learnt(this.#footing, finding)
  }

  #learnt(before: Border | undefined, { size, holdMs, now }: Finding): Border {
    const isSame = before !== undefined && Math.abs(before.size / size - 1) < 0.2
    const times = isSame ? before.times + 1 : 1
    const waitMs = Math.min(FIRST_MS * 2 ** (times - 1), LONGEST_MS)
    this.#quietUntil = now + FIRST_MS * (1 + JITTER * this.#random())
    return { size, holdMs, until: now + waitMs * (1 + JITTER * this.#random()), times }
  }

  /** What was measured last turned out to be wrong. */
  forget(now: number): void {
    this.#ceiling = this.#footing = this.#proven = undefined
    this.#quietUntil = now
  }

  /**
   * At `size`, with no connection idle, each is held so long now. True: it was quite different when this was measured, so
   * these are other calls, and all is forgotten.
   */
  forgetsOthers(size: number, holdMs: number, now: number): boolean {
    const isOther = [this.#ceiling, this.#footing].some(
      border =>
        border !== undefined &&
        Math.abs(border.size / size - 1) < 0.1 &&
        Math.abs(Math.log(holdMs / border.holdMs)) > Math.log(OTHER_CALLS),
    )
    if (isOther) this.forget(now)
    return isOther
  }

  /** The size that served before it was left, lately. 0 when there is none. */
  proven(now: number): number {
    return this.#proven !== undefined && now < this.#proven.until ? this.#proven.size : 0
  }

  /** `isTrimmed`: growth by steps had gone too far, so nothing was proven. */
  shrank(from: number, now: number, isTrimmed: boolean): void {
    this.#shrunkAt = now
    if (isTrimmed) return
    this.#proven = { size: Math.max(from, this.proven(now)), until: now + PROVEN_MS }
  }

  /** The size is too small for the load. Soon after shrinking, that is remembered, for longer each time. */
  grows(from: number, now: number): void {
    if (now - this.#shrunkAt > REGRET_MS) return
    this.#patienceMs = Math.min(Math.max(PATIENCE_MS, 2 * this.#patienceMs), PATIENCE_MAX_MS)
    this.#patientUntil = now + this.#patienceMs * (1 + JITTER * this.#random())
    this.#tooSmall = from
    this.#shrunkAt = Number.NEGATIVE_INFINITY
  }

  /** No shrinking below this. */
  enough(now: number): number {
    return now < this.#patientUntil ? Math.ceil(this.#tooSmall * ABOVE) : 0
  }
}
