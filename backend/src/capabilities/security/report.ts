import type { Alert } from './alert.ts'
import type { DetectorName } from './rule.ts'
import type { EventKind, Measure } from './types.ts'

/** What a rule has done since it was made. */
export interface RuleReport {
  readonly name: string
  readonly detector: DetectorName
  readonly mode: 'watch' | 'act'
  readonly threshold: number
  readonly windowMs: number
  readonly mitre: string
  /** How often it found something. */
  readonly found: number
  /** How often something was done about it. */
  readonly acted: number
  /** Undefined: never. */
  readonly lastFoundAtMs: number | undefined
  /** What its memory can grow to. */
  readonly bytes: number
}

export interface SharingReport {
  /** Can the other processes be reached now? */
  readonly isConnected: boolean
  /** Counts sent to Redis, and those given up because there were too many. */
  readonly sent: number
  readonly dropped: number
  /** Found because several processes counted together. */
  readonly foundTogether: number
  /** What came by Redis and was not signed with our secret. */
  readonly refused: number
}

/** A list of others. */
export interface BlockListReport {
  readonly name: string
  readonly networks: number
  readonly bytes: number
  /** Undefined: it was not read yet. */
  readonly loadedAtMs: number | undefined
  readonly refusedLines: number
  /** Why it could not be read the last time. */
  readonly lastError: string | undefined
}

/** What the monitor has seen, found and done. Holds no secrets. */
export interface SecurityReport {
  readonly mode: 'watch' | 'act'
  readonly node: string
  readonly events: Readonly<Record<EventKind, number>>
  readonly rules: readonly RuleReport[]
  readonly measures: { readonly inForce: number; readonly latest: readonly Measure[] }
  readonly alerts: {
    readonly told: number
    /** Found, but the same as one just told of, or too many in a minute. */
    readonly suppressed: number
    readonly latest: readonly Alert[]
  }
  /** The hash of the last record: kept elsewhere, it shows when the end is cut off. */
  readonly chainHead: string
  /** What all tables can grow to. */
  readonly bytes: number
  readonly blockLists: readonly BlockListReport[]
  /** Undefined: this process is alone. */
  readonly sharing: SharingReport | undefined
}
