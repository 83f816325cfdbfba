import type { RuleSettings } from './rule.ts'
import { Remembered } from './remembered.ts'
import type { PrincipalKind, ResponseKind } from './types.ts'

const REMEMBERED_MAX = 50_000

export interface Step {
  readonly kind: ResponseKind
  readonly forMs: number
  /** The how manieth time. */
  readonly offence: number
}

/** What is done at the first time, the second, and how long it holds: the last response is repeated, each time twice as long. */
export class Escalation {
  readonly #offences = new Remembered<number>(REMEMBERED_MAX)

  next(rule: RuleSettings, principal: string, nowMs: number): Step {
    const { response, forMs, forMsMax } = rule
    const key = `${rule.name} ${principal}`
    const offence = (this.#offences.get(key, nowMs) ?? 0) + 1
    const kind = response[Math.min(offence, response.length) - 1] ?? 'log'
    const doubled = forMs * 2 ** Math.min(40, Math.max(0, offence - response.length))
    const lasts = kind === 'revoke' ? forMsMax : Math.min(forMsMax, doubled)
    this.#offences.set(key, offence, nowMs + lasts + forMsMax)
    return { kind, forMs: lasts, offence }
  }

  /** Another process was there before. */
  hear(rule: string, principal: string, offence: number, untilMs: number): void {
    this.#offences.set(`${rule} ${principal}`, offence, untilMs)
  }

  forget(rule: string, principal: string): void {
    this.#offences.delete(`${rule} ${principal}`)
  }
}

/** Something can be done about sources, about a user at a source, and about a token: never about a user as such. */
export function canAnswer(kind: ResponseKind, principal: PrincipalKind): boolean {
  if (kind === 'log') return false
  if (kind === 'revoke') return principal === 'token'
  return principal === 'ip' || principal === 'user+ip'
}
