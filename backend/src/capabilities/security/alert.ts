import type { Level, Principal } from './types.ts'

/** What was done about what was found: `watched` where the rule only watches, `allowed` for those on the list. */
export type Outcome = 'watched' | 'allowed' | 'logged' | 'tarpit' | 'penalty' | 'revoke' | 'ban'

/** A rule has found something. */
export interface Alert {
  readonly id: string
  readonly rule: string
  readonly level: Level
  /** In MITRE ATT&CK: `T1110.003`. Empty: none. */
  readonly mitre: string
  readonly principal: Principal
  readonly atMs: number
  /** What the rule counts, when it was found. */
  readonly count: number
  /** In a sentence: `'ada' from 203.0.113.7: 5 different wrong credentials within 60 s`. */
  readonly summary: string
  /** At most 10 lines: what was told of this principal lately. No secrets, no control characters. */
  readonly evidence: readonly string[]
  /** What a person might do now. */
  readonly suggestion: string
  readonly outcome: Outcome
  /** The process that found it. */
  readonly node: string
}

export type OnAlert = (alert: Alert) => void
