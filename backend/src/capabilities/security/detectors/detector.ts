import type { Facts } from '../facts.ts'
import type { Key } from '../hash.ts'
import type { RuleSettings } from '../rule.ts'
import type { Seen } from '../tables/seen.ts'
import type { EventKind, Level, Principal } from '../types.ts'
import type { Regulars } from './regulars.ts'

/** Something that a rule was made to find. */
export interface Finding {
  readonly principal: Principal
  /** What the rule counts, now. */
  readonly count: number
  /** Completes "…: ": what was found, in a few words. */
  readonly what: string
  /** Where it differs from the rule's. */
  readonly level?: Level
}

/**
 * Looks at events of some kinds and keeps what it must know of them in a fixed amount of memory. Time is that of the events. It neither
 * decides nor tells: the same events give the same findings.
 */
export interface Detector {
  readonly rule: RuleSettings
  readonly kinds: readonly EventKind[]
  readonly bytes: number
  see(facts: Facts): Finding | undefined
  /** What was counted for this principal is forgotten. */
  forget(facts: Facts): void
}

/** One count that all processes share. */
export interface Contribution {
  /** Of the rule, and which of its counts. */
  readonly counter: string
  readonly windowMs: number
  readonly threshold: number
  /** Of whom: as text, for it is kept until the others have answered. */
  readonly key: string
  readonly item: string
  readonly finding: Finding
}

/** How counts become those of all processes. */
export interface Together {
  /**
   * One thing to count in several counters, from the narrowest to the widest: where one reaches its threshold, the wider ones do not count
   * it, and what is found is told later.
   */
  contribute(rule: RuleSettings, chain: readonly Contribution[], isFound: boolean): void
  /** What all have counted there is forgotten. */
  forget(counter: string, key: Key, windowMs: number): void
  /** What all have counted there, as far as it is known here, without this thing. */
  known(counter: string, key: Key, nowMs: number): number
}

/** What detectors are made of. */
export interface DetectorParts {
  /** How many keys each table has a place for. */
  readonly places: number
  readonly seen: Seen
  readonly regulars: Regulars
  readonly together: Together | undefined
}
