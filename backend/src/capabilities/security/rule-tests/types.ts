import type { Outcome } from '../alert.ts'
import type { SecurityRules } from '../rule.ts'
import type { SecurityEvent } from '../types.ts'

/** Rules, and what they are to find in events that somebody has made up. */
export interface RuleTests {
  /** Over the built-in ones. Default: those that hold. */
  readonly rules?: SecurityRules
  readonly tests: readonly RuleTest[]
}

export interface RuleTest {
  readonly name: string
  /** Default `act`. */
  readonly mode?: 'watch' | 'act'
  readonly events: readonly TestEvent[]
  /** By rule: how often it is told, or more of it. A rule that is not here must find nothing. */
  readonly expect: Readonly<Record<string, number | ExpectedFinding>>
}

/** An event, or several of a kind. In texts `{n}` is which of them it is, from 1 on. */
export type TestEvent = Omit<SecurityEvent, 'atMs' | 'credentialHash' | 'tokenHash'> & {
  /** Default: `everyMs` after the event before it. */
  readonly atMs?: number
  /** Default 1. */
  readonly times?: number
  /** Default 1_000. */
  readonly everyMs?: number
  /** What was tried, such as `wrong-{n}`. */
  readonly credential?: string
  readonly token?: string
}

export interface ExpectedFinding {
  /** Default 1. */
  readonly alerts?: number
  /** The first comes with so many events. */
  readonly afterEvents?: number
  /** Of the first. */
  readonly outcome?: Outcome
}

export interface RuleTestResult {
  readonly name: string
  /** Empty: it is as expected. */
  readonly faults: readonly string[]
}
