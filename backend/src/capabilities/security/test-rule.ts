import type { Clock } from '../../base/index.ts'
import type { Alert } from './alert.ts'
import { createSecurityMonitor, type SecuritySetup } from './monitor.ts'
import { BUILT_IN_RULES } from './built-in-rules.ts'
import type { SecurityRule, SecurityRules } from './rule.ts'
import type { Measure, SecurityEvent } from './types.ts'

/** What rules would have found and done. */
export interface Simulation {
  readonly events: number
  readonly alerts: readonly SimulatedAlert[]
  /** With the mode that was asked for: `watch` does nothing. */
  readonly measures: readonly Measure[]
}

export type SimulatedAlert = Alert & {
  /** How many events had been told, this one included. */
  readonly afterEvents: number
}

/** Of a monitor for itself: nothing is shared, and time is that of the events. */
export type SimulationSetup = Omit<SecuritySetup, 'redis' | 'keyPrefix' | 'clock' | 'journal'>

/**
 * Tells events to a monitor of its own, in the order given, with their own times: recorded ones, or such as might come. Events of those that
 * would have been refused are told all the same.
 */
export function simulate(events: Iterable<SecurityEvent>, setup: SimulationSetup = {}): Simulation {
  let nowMs = 0
  let told = 0
  const clock: Clock = { now: () => nowMs, epochMs: () => nowMs, after: () => () => undefined }
  const monitor = createSecurityMonitor({ node: 'simulation', ...setup, clock })
  const alerts: SimulatedAlert[] = []
  const measures: Measure[] = []
  monitor.onAlert(alert => alerts.push({ ...alert, afterEvents: told }))
  monitor.onDecision(({ measure }) => measures.push(measure))
  for (const event of events) {
    nowMs = event.atMs
    told++
    monitor.tell(event)
  }
  return { events: told, alerts, measures }
}

/**
 * What one rule finds in these events, without any other: for unit tests of rules.
 *
 * ```ts
 * const rule = { events: ['access.denied'], per: 'user', threshold: 3 }
 * expect(testRule(rule, events)).toMatchObject([{ afterEvents: 3 }])
 * ```
 */
export function testRule(
  rule: SecurityRule | keyof typeof BUILT_IN_RULES,
  events: Iterable<SecurityEvent>,
  setup: Omit<SimulationSetup, 'rules'> = {},
): readonly SimulatedAlert[] {
  const isName = typeof rule !== 'object'
  const others = Object.keys(BUILT_IN_RULES).filter(name => name !== rule)
  const none = Object.fromEntries(others.map(name => [name, null]))
  const rules: SecurityRules = isName ? none : { ...none, 'tested-rule': rule }
  return simulate(events, { principalsMax: 16_384, ...setup, rules }).alerts
}
