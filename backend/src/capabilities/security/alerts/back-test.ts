import type { Clock } from '../../../base/index.ts'
import { createSecurityMonitor } from '../monitor.ts'
import { nameOf } from '../shown.ts'
import type { SimulationSetup } from '../test-rule.ts'
import type { Measure } from '../types.ts'
import type { RecordedEvent } from './recorded.ts'

/** What rules would have done with events that were recorded. */
export interface BackTest {
  readonly events: number
  readonly fromMs: number | undefined
  readonly untilMs: number | undefined
  readonly rules: readonly RuleOutcome[]
  readonly actedAgainst: readonly Acted[]
  /** Undefined: no event has a label. */
  readonly labelled: Labelled | undefined
}

/** What one rule has found. */
export interface RuleOutcome {
  readonly rule: string
  /** How often it was told. */
  readonly alerts: number
  readonly firstAtMs: number
  /** How many events there had been then. */
  readonly afterEvents: number
  /** The share of its alerts that an event of an attack led to. Undefined: no event has a label. */
  readonly precision: number | undefined
}

/** Something that would have been done. */
export interface Acted {
  readonly rule: string
  readonly kind: Measure['kind']
  readonly against: string
  readonly atMs: number
  readonly forMs: number
  /** Of the event that led to it. */
  readonly label: string | undefined
}

export interface Labelled {
  readonly attacks: readonly AttackOutcome[]
  readonly precision: number | undefined
  readonly recall: number | undefined
  /** Measures that an event of nobody's attack led to. */
  readonly wronglyActed: number
}

export interface AttackOutcome {
  readonly label: string
  readonly events: number
  readonly firstAtMs: number
  /** Undefined: it was not found. */
  readonly found:
    | { readonly rule: string; readonly afterMs: number; readonly afterEvents: number }
    | undefined
}

const BENIGN = 'benign'

/** Tells recorded events to rules, which act unless the mode says otherwise. Time is that of the events. */
export function backTest(events: Iterable<RecordedEvent>, setup: SimulationSetup = {}): BackTest {
  const seen = new Observations()
  let nowMs = 0
  const clock: Clock = { now: () => nowMs, epochMs: () => nowMs, after: () => () => undefined }
  const monitor = createSecurityMonitor({ mode: 'act', node: 'back-test', ...setup, clock })
  monitor.onAlert(alert => seen.found(alert.rule))
  monitor.onDecision(({ measure }) => seen.acted(measure))
  for (const { label, ...event } of events) {
    nowMs = event.atMs
    seen.begin(event.atMs, label)
    monitor.tell(event)
  }
  return seen.result()
}

interface Count {
  alerts: number
  right: number
  readonly firstAtMs: number
  readonly afterEvents: number
}

interface Attack {
  events: number
  readonly firstAtMs: number
  found: AttackOutcome['found']
}

class Observations {
  #events = 0
  #fromMs: number | undefined
  #untilMs: number | undefined
  #label: string | undefined
  #hasLabels = false
  readonly #rules = new Map<string, Count>()
  readonly #attacks = new Map<string, Attack>()
  readonly #acted: Acted[] = []

  begin(atMs: number, label: string | undefined): void {
    this.#events++
    this.#fromMs ??= atMs
    this.#untilMs = atMs
    this.#label = label === BENIGN ? undefined : label
    this.#hasLabels ||= label !== undefined
    if (this.#label === undefined) return
    const attack = this.#attacks.get(this.#label)
    if (attack === undefined) {
      this.#attacks.set(this.#label, { events: 1, firstAtMs: atMs, found: undefined })
    } else attack.events++
  }

  found(rule: string): void {
    const firstAtMs = this.#untilMs ?? 0
    const known = this.#rules.get(rule)
    const count = known ?? { alerts: 0, right: 0, firstAtMs, afterEvents: this.#events }
    count.alerts++
    if (this.#label !== undefined) count.right++
    this.#rules.set(rule, count)
    const attack = this.#label === undefined ? undefined : this.#attacks.get(this.#label)
    if (attack === undefined || attack.found !== undefined) return
    attack.found = { rule, afterMs: firstAtMs - attack.firstAtMs, afterEvents: attack.events }
  }

  acted({ rule, kind, principal, sinceMs: atMs, untilMs }: Measure): void {
    const [against, forMs, label] = [nameOf(principal), untilMs - atMs, this.#label]
    this.#acted.push({ rule, kind, against, atMs, forMs, label })
  }

  result(): BackTest {
    const rules = [...this.#rules].map(([rule, { right, ...count }]) => ({
      ...{ rule, ...count },
      precision: this.#hasLabels ? right / count.alerts : undefined,
    }))
    return {
      events: this.#events,
      fromMs: this.#fromMs,
      untilMs: this.#untilMs,
      rules: rules.sort((one, other) => one.firstAtMs - other.firstAtMs),
      actedAgainst: this.#acted,
      labelled: this.#hasLabels ? this.#labelled() : undefined,
    }
  }

  #labelled(): Labelled {
    const counts = [...this.#rules.values()]
    const sum = (of: (count: Count) => number) => counts.reduce((all, each) => all + of(each), 0)
    const attacks = [...this.#attacks].map(([label, attack]) => ({ label, ...attack }))
    const found = attacks.filter(attack => attack.found !== undefined).length
    return {
      attacks,
      precision: share(
        sum(({ right }) => right),
        sum(({ alerts }) => alerts),
      ),
      recall: share(found, attacks.length),
      wronglyActed: this.#acted.filter(({ label }) => label === undefined).length,
    }
  }
}

function share(part: number, all: number): number | undefined {
  return all === 0 ? undefined : part / all
}
