import { createLatencyGradient } from './latency-gradient.ts'
import { between, lawfulSize } from './law.ts'
import { SizingMemory } from './memory.ts'
import { Probe, rounded, type Verdict } from './probe.ts'
import { median, steady } from './robust.ts'
import type { Sizer, SizingDecision, SizingReason, SizingRules, SizingSample } from './sizing.ts'
import { createWindows, type Window } from './windows.ts'

/**
 * So many full windows in a row with a queue are no accident, and never fewer than so many times a connection is held: a
 * pool that is three quarters busy is full for a moment now and then, and the longer the calls, the longer the moment.
 */
const PRESSED = 4
const PRESSED_HOLDS = 20
/** Windows remembered at one size, to compare others with; so many are enough to be sure. */
const REMEMBERED = 40
const ENOUGH = 24
/** More lost connections than this share of the pool are an outage rather than one that was ended. */
const LOST_MAX = 0.1
/** A step of growth; a bold one when the step before paid nearly all that it promised, or when there was none. */
const STEP = 1.25
const BOLD_STEP = 1.5
const BOLDEST_STEP = 2
const PAID_WELL = 0.6
const PAID_FULLY = 0.8

/**
 * The sizer of a pool that begins with `start` connections.
 *
 * Two regimes. While connections are idle now and then, the size follows the load every `resizeEveryMs` (`law.ts`). When
 * all are busy and callers wait, the load cannot be seen any more: then a step of growth is tried at once, and stays only
 * if throughput grew by a share of what the step promised (`probe.ts`); likewise fewer connections are tried, and stay if
 * that cost nothing. So it climbs to the knee of the throughput curve from either side, and does not answer a slow
 * database with more load. What was tried is remembered for a while that grows (`memory.ts`).
 */
export function createSizer(
  rules: SizingRules,
  start: number,
  random: () => number = Math.random,
): Sizer {
  return new MeasuringSizer(rules, start, random)
}

class MeasuringSizer implements Sizer {
  readonly #rules: SizingRules
  readonly #memory: SizingMemory
  readonly #windows
  readonly #gradient = createLatencyGradient()
  #wanted: number
  #limit = Number.POSITIVE_INFINITY
  #probe: Probe | undefined = undefined
  /** It was judged by few windows: looked at once more when there are enough. */
  #doubted: Probe | undefined = undefined
  /** Since the target last changed. */
  #seen: Window[] = []
  /** Since the last tick or change. */
  #ticking: Window[] = []
  #tickAt: number | undefined = undefined
  #step = BOLD_STEP
  /** Since the last tick, growth went by steps: it may have gone too far. */
  #hasGrown = false
  /** The last tick wanted fewer: one may be chance. */
  #wasLow = false

  constructor(rules: SizingRules, start: number, random: () => number) {
    this.#rules = rules
    this.#memory = new SizingMemory(random)
    this.#windows = createWindows(rules.queueWaitTargetMs)
    this.#wanted = between(start, rules)
  }

  get target(): number {
    return Math.min(this.#wanted, this.#limit)
  }

  get wanted(): number {
    return this.#wanted
  }

  sample(sample: SizingSample): SizingDecision | undefined {
    const from = this.target
    this.#limit = Math.max(0, sample.limit)
    const budgeted = this.#decided(from, 'budget', { limit: this.#limit }, sample.now)
    const window = this.#windows.add(sample)
    if ((sample.lost ?? 0) > sample.size * LOST_MAX) return this.#startOver(sample) ?? budgeted
    if (window !== undefined) this.#look(window)
    if (budgeted !== undefined || window === undefined) return budgeted
    return this.#probe === undefined ? this.#decide(window) : this.#follow(this.#probe, window)
  }

  /** An outage: what was measured across it says nothing of sizes, and must not be remembered as if it did. */
  #startOver({ now, lost = 0 }: SizingSample): SizingDecision | undefined {
    const probe = this.#probe
    this.#probe = undefined
    this.#doubted = undefined
    this.#begin(now)
    return probe && this.#aim(probe.from, 'interrupted', { lost }, now)
  }

  #look(window: Window): void {
    this.#gradient.add(window)
    this.#seen.push(window)
    if (this.#seen.length > REMEMBERED) this.#seen.shift()
    this.#ticking.push(window)
    this.#tickAt ??= window.at + this.#rules.resizeEveryMs
  }

  #decide(window: Window): SizingDecision | undefined {
    if (this.#isPressed(window)) return this.#relieve(window)
    if (window.at < (this.#tickAt ?? 0)) return undefined
    this.#tickAt = window.at + this.#rules.resizeEveryMs
    return this.#followLoad(this.#ticking.splice(0), window.at)
  }

  /** All that it may have is there and busy, and callers wait. */
  #isPressed({ ms, holdMs = 0 }: Window): boolean {
    const needed = Math.min(Math.max(PRESSED, Math.ceil((PRESSED_HOLDS * holdMs) / ms)), REMEMBERED)
    const last = this.#seen.slice(-needed)
    if (last.length < needed || this.target === 0) return false
    return last.every(
      ({ isFull, isQueued, size }) => isFull && isQueued && size >= this.target - 0.5,
    )
  }

  /** Up if that may help; otherwise down if fewer may do. */
  #relieve({ at }: Window): SizingDecision | undefined {
    if (this.#wanted > this.#limit) return undefined // More has been asked of the budget already.
    const size = this.target
    const full = this.#seen.filter(({ isFull }) => isFull)
    const holdMs = median(full.slice(-PRESSED).map(window => window.holdMs ?? 0))
    if (this.#memory.forgetsOthers(size, holdMs, at)) {
      this.#begin(at) // What was seen is from before the change, or across it.
      return undefined
    }
    const base = steady(full, ({ perSecond }) => perSecond)
    if (base.length >= ENOUGH) this.#reconsider(base, at)
    const more = this.#more(size, at)
    if (more > size) {
      this.#memory.grows(size, at)
      return this.#try(more, base, at, 'queue')
    }
    const fewer = between(Math.max(Math.round(size / STEP), this.#memory.footing(at)), this.#rules)
    return fewer < size ? this.#try(fewer, base, at, 'probe') : undefined
  }

  /** All that counts is still to be seen. */
  #begin(at: number): void {
    this.#seen = []
    this.#ticking = []
    this.#tickAt = at + this.#rules.resizeEveryMs
  }

  #reconsider(base: readonly Window[], at: number): void {
    if (this.#doubted?.isBetterThan(base) === true) this.#memory.forget(at)
    this.#doubted = undefined
  }

  #more(size: number, now: number): number {
    const step = this.#gradient.isSlow ? STEP : this.#step
    const stepped = Math.max(size + 1, Math.round(size * step), this.#memory.proven(now))
    return Math.min(between(stepped, this.#rules), this.#memory.ceiling(now))
  }

  #try(to: number, base: readonly Window[], at: number, reason: SizingReason) {
    this.#probe = new Probe(this.target, to, base, at)
    this.#hasGrown ||= this.#probe.isGrowth
    const facts = {
      utilisation: rounded(median(base.map(({ busy, size }) => busy / size))),
      perSecond: rounded(median(base.map(({ perSecond }) => perSecond))),
      gradient: rounded(this.#gradient.value),
    }
    return this.#aim(to, reason, facts, at)
  }

  /** A probe goes on: wait for connections, measure, judge. */
  #follow(probe: Probe, window: Window): SizingDecision | undefined {
    if (probe.isGrowth && this.target <= probe.from) return this.#waitForBudget(probe, window)
    probe.aimAt(this.target, window.at)
    const verdict = probe.add(window)
    if (verdict === undefined) return undefined
    this.#probe = undefined
    this.#tickAt = window.at + this.#rules.resizeEveryMs
    return this.#conclude(probe, verdict, window)
  }

  /** The budget has given nothing yet. When nobody waits any more, nothing is wanted either. */
  #waitForBudget(probe: Probe, { isFull, at }: Window): SizingDecision | undefined {
    if (isFull) return undefined
    this.#probe = undefined
    return this.#aim(probe.from, 'utilisation', {}, at)
  }

  #conclude(probe: Probe, verdict: Verdict, { at, size }: Window): SizingDecision | undefined {
    const { facts, isClear } = verdict
    const holdMs = median(probe.after.map(after => after.holdMs ?? 0))
    switch (verdict.kind) {
      case 'served':
        return undefined
      case 'not-opened':
        return this.#aim(Math.max(probe.from, Math.floor(size)), 'not-opened', facts, at)
      case 'better':
        this.#learn(!probe.isGrowth, this.target, holdMs, at)
        this.#goOn(probe, facts['elasticity'] ?? 0)
        return undefined
      case 'worse': {
        this.#step = STEP
        this.#learn(probe.isGrowth, probe.from, probe.baseHoldMs, at)
        const reason = probe.isGrowth ? 'growth-did-not-pay' : 'shrinking-cost'
        const decision = this.#aim(probe.from, reason, facts, at)
        this.#doubted = isClear ? undefined : probe
        return decision
      }
    }
  }

  #learn(isCeiling: boolean, size: number, holdMs: number, now: number): void {
    if (isCeiling) this.#memory.growthDidNotPay({ size, holdMs, now })
    else this.#memory.shrinkingCost({ size, holdMs, now })
  }

  /** What was measured at this size is what the next step is compared with. */
  #goOn(probe: Probe, elasticity: number): void {
    this.#seen = [...probe.after]
    if (!probe.isGrowth) return
    this.#gradient.accept()
    this.#step = elasticity > PAID_FULLY ? BOLDEST_STEP : elasticity > PAID_WELL ? BOLD_STEP : STEP
  }

  /** The tick: the size that the load of this time wants. */
  #followLoad(windows: readonly Window[], at: number): SizingDecision | undefined {
    const size = this.target
    if (windows.length === 0 || size === 0) return undefined
    const hasGrown = this.#hasGrown
    this.#hasGrown = false
    const busy = hasGrown ? median(windows.map(window => window.busy)) : meanBusy(windows)
    const facts = {
      busy: rounded(busy),
      utilisation: rounded(busy / size),
      gradient: rounded(this.#gradient.value),
    }
    const lawful = lawfulSize(busy, size, this.#rules, hasGrown)
    const to = Math.max(lawful, Math.min(size, this.#memory.enough(at)))
    const full = windows.filter(({ isFull, isQueued }) => isFull && !isQueued)
    if (to > size) {
      this.#wasLow = false
      const allowed = Math.max(size, Math.min(to, this.#memory.ceiling(at)))
      return this.#grow(allowed, full.length > windows.length / 2 ? full : [], facts, at)
    }
    this.#step = busy === 0 ? BOLD_STEP : STEP
    const isLow = to < this.#wanted && busy <= size * this.#rules.utilisationTarget
    const isSure = hasGrown || this.#wasLow || to === size
    this.#wasLow = isLow
    return isLow && isSure ? this.#shrink(to, hasGrown, facts, at) : undefined
  }

  #shrink(to: number, isTrimmed: boolean, facts: SizingDecision['facts'], at: number) {
    if (to < this.target) this.#memory.shrank(this.target, at, isTrimmed)
    const decision = this.#aim(to, facts['busy'] === 0 ? 'idle' : 'utilisation', facts, at)
    this.#wasLow = !isTrimmed // Then the next step needs no second tick.
    return decision
  }

  /** With `full` windows the step is tried; while the database is slow, nothing is. */
  #grow(to: number, full: readonly Window[], facts: SizingDecision['facts'], at: number) {
    if (this.#wanted > this.#limit || to === this.target) return undefined
    if (full.length > 0) return this.#try(to, full, at, 'utilisation')
    if (this.#gradient.isSlow) return undefined
    this.#memory.grows(this.target, at)
    return this.#aim(to, 'utilisation', facts, at)
  }

  #aim(wanted: number, reason: SizingReason, facts: SizingDecision['facts'], at: number) {
    const from = this.target
    this.#wanted = wanted
    return this.#decided(from, reason, facts, at)
  }

  #decided(
    from: number,
    reason: SizingReason,
    facts: SizingDecision['facts'],
    at: number,
  ): SizingDecision | undefined {
    const to = this.target
    if (to === from) return undefined
    this.#doubted = undefined
    this.#wasLow = false
    this.#seen = []
    this.#ticking = []
    return { at, from, to, reason, facts }
  }
}

function meanBusy(windows: readonly Window[]): number {
  const ms = windows.reduce((sum, window) => sum + window.ms, 0)
  return windows.reduce((sum, window) => sum + window.busy * window.ms, 0) / ms
}
