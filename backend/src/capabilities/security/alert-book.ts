import type { Alert } from './alert.ts'
import { Remembered } from './remembered.ts'

const QUIET_MAX = 20_000
const KEPT_MAX = 1_000
const MINUTE_MS = 60_000
/** Of one rule in a minute; who needs more than these has read none of them. */
const PER_MINUTE_MAX = 60

/** Keeps the last alerts, and says which are worth telling: not the same again at once, and not a thousand a minute. */
export class AlertBook {
  /** Found, but not told of: the same principal again, or too many. */
  suppressed = 0
  readonly #quiet = new Remembered<true>(QUIET_MAX)
  readonly #last: Alert[] = []
  readonly #minutes = new Map<string, { minute: number; count: number }>()

  /** Answers true once in `quietForMs` for a principal of a rule. */
  isWorthTelling(rule: string, principal: string, nowMs: number, quietForMs: number): boolean {
    const key = `${rule} ${principal}`
    const isTold = this.#quiet.get(key, nowMs) !== true && this.#hasRoom(rule, nowMs)
    if (isTold) this.#quiet.set(key, true, nowMs + quietForMs)
    else this.suppressed++
    return isTold
  }

  /** Another process has told it. */
  silence(rule: string, principal: string, untilMs: number): void {
    this.#quiet.set(`${rule} ${principal}`, true, untilMs)
  }

  forget(rule: string, principal: string): void {
    this.#quiet.delete(`${rule} ${principal}`)
  }

  keep(alert: Alert): void {
    if (this.#last.length === KEPT_MAX) this.#last.shift()
    this.#last.push(alert)
  }

  /** The latest first. */
  all(): readonly Alert[] {
    return this.#last.toReversed()
  }

  #hasRoom(rule: string, nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS)
    const known = this.#minutes.get(rule)
    if (known?.minute !== minute) {
      this.#minutes.set(rule, { minute, count: 1 })
      return true
    }
    known.count++
    return known.count <= PER_MINUTE_MAX
  }
}
