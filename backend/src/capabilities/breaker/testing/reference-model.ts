import type { Ending } from '../gate.ts'
import type { BreakerRules } from '../options.ts'
import type { StateKind } from '../state.ts'

/** A call that the model let in. */
export interface ModelCall {
  readonly age: number
}

export type Verdict = ModelCall | 'ST501' | 'ST504'

/**
 * What a breaker must do, written as plainly as can be and from the description alone: lists instead of counters, everything
 * looked at anew each time. The real one is compared with it.
 */
export class ReferenceModel {
  state: StateKind = 'closed'
  /** Grows with each change of state. */
  age = 0
  now = 0
  running = 0
  /** Endings in this state, the oldest first; neutral ones are left out. */
  endings: { readonly isFailure: boolean; readonly isSlow: boolean }[] = []
  openUntil = 0
  openings = 0
  openingsInARow = 0
  closedSince = 0
  lastTrialAt = 0
  step: { limit: number; endsAt: number; good: number; bad: number; heldBack: number } | undefined
  readonly rules: BreakerRules
  readonly chance: number

  constructor(rules: BreakerRules, chance: number) {
    this.rules = rules
    this.chance = chance
  }

  get failuresInARow(): number {
    if (this.state !== 'closed') return 0
    return this.endings.length - 1 - this.endings.findLastIndex(({ isFailure }) => !isFailure)
  }

  get successesInARow(): number {
    return this.state === 'half-open' ? this.endings.length : 0
  }

  enter(): Verdict {
    this.passTime()
    if (this.state === 'open' && this.now >= this.openUntil) this.change('half-open')
    if (this.state === 'open' || this.state === 'isolated') return 'ST501'
    if (this.state === 'half-open') {
      if (this.running >= this.rules.trialsMax) return 'ST501'
      this.lastTrialAt = this.now
    } else if (this.step !== undefined && this.running >= this.step.limit) {
      this.step.heldBack++
      return 'ST504'
    }
    this.running++
    return { age: this.age }
  }

  leave(call: ModelCall, ending: Ending, durationMs: number): void {
    if (call.age !== this.age) return
    this.running--
    if (ending === 'neutral') return
    const isFailure = ending === 'failure'
    const isSlow = this.rules.slowAfterMs > 0 && durationMs >= this.rules.slowAfterMs
    this.endings.push({ isFailure, isSlow })
    if (this.state === 'half-open') return this.afterTrial(isFailure || isSlow)
    if (this.step !== undefined) this.step[isFailure ? 'bad' : 'good']++
    if (this.failuresInARow >= this.rules.failuresToOpen) return this.open()
    if ((isFailure || isSlow) && this.isTooMuch()) this.open()
  }

  open(): void {
    if (this.state === 'open' || this.state === 'isolated') return
    const { rules, now } = this
    const wasHealthy = this.state === 'closed' && now - this.closedSince >= rules.healthyAfterMs
    this.openingsInARow = wasHealthy ? 1 : this.openingsInARow + 1
    this.openUntil = now + this.openFor()
    this.openings++
    this.change('open')
  }

  isolate(): void {
    if (this.state !== 'isolated') this.change('isolated')
  }

  release(): void {
    if (this.state === 'closed') return
    this.openingsInARow = 0
    this.change('closed')
  }

  /** What happens by itself: lost trials, steps of a slow start. */
  passTime(): void {
    const { rules, now } = this
    const areAllOut = this.state === 'half-open' && this.running >= rules.trialsMax
    if (areAllOut && now - this.lastTrialAt >= rules.trialTimeoutMs) this.open()
    const { step } = this
    if (step === undefined || now < step.endsAt) return
    const isHealthy = step.bad === 0 && step.good > 0
    if (isHealthy && step.heldBack === 0) this.step = undefined
    else this.beginStep(isHealthy ? step.limit * 2 : step.limit)
  }

  private afterTrial(isBad: boolean): void {
    if (isBad) return this.open()
    if (this.endings.length >= this.rules.successesToClose) this.change('closed')
  }

  private isTooMuch(): boolean {
    const { rules } = this
    const seen = this.endings.slice(-rules.windowCalls)
    if (seen.length < rules.callsMin) return false
    const share = (what: 'isFailure' | 'isSlow') =>
      seen.filter(ending => ending[what]).length / seen.length
    if (rules.failureRatio > 0 && share('isFailure') >= rules.failureRatio) return true
    return rules.slowAfterMs > 0 && share('isSlow') >= rules.slowRatio
  }

  private openFor(): number {
    const { openForMs, openForMsMax } = this.rules
    if (this.openingsInARow === 1 || openForMsMax <= openForMs) return openForMs
    let full = openForMs
    for (let n = 1; n < this.openingsInARow; n++) full = Math.min(openForMsMax, full * 2)
    return Math.max(openForMs, full / 2 + (full / 2) * this.chance)
  }

  private change(to: StateKind): void {
    this.state = to
    this.age++
    this.running = 0
    this.endings = []
    this.step = undefined
    if (to !== 'closed') return
    this.closedSince = this.now
    if (this.rules.slowStartFrom > 0) this.beginStep(this.rules.slowStartFrom)
  }

  private beginStep(limit: number): void {
    const endsAt = this.now + this.rules.slowStartStepMs
    this.step = { limit, endsAt, good: 0, bad: 0, heldBack: 0 }
  }
}
