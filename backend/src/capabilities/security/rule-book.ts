import type { Detector, DetectorParts } from './detectors/detector.ts'
import { makeDetector } from './detectors/make.ts'
import { exemptions, type IsExempt } from './exemptions.ts'
import type { RuleSettings } from './rule.ts'
import { EVENT_KINDS, type EventKind } from './types.ts'

const NONE: readonly ActiveRule[] = Object.freeze([])

/** A rule at work. */
export class ActiveRule {
  found = 0
  acted = 0
  lastFoundAtMs: number | undefined
  readonly isExempt: IsExempt | undefined

  readonly settings: RuleSettings
  readonly detector: Detector

  constructor(settings: RuleSettings, detector: Detector) {
    this.settings = settings
    this.detector = detector
    this.isExempt = exemptions(settings.unless)
  }
}

/** Events of one kind: how many there were, and which rules look at them. */
export class KindBook {
  told = 0
  rules: readonly ActiveRule[] = NONE
}

/** Keeps what several `distinct` rules have seen apart; below are those of `Facts`. */
const FIRST_PURPOSE = 16

/** The rules that hold, by what they look at. */
export class RuleBook {
  readonly #rules = new Map<string, ActiveRule>()
  readonly #byKind = new Map(EVENT_KINDS.map(kind => [kind, new KindBook()]))
  #purpose = FIRST_PURPOSE

  readonly #parts: DetectorParts

  constructor(parts: DetectorParts) {
    this.#parts = parts
  }

  for(kind: EventKind): KindBook {
    return this.#byKind.get(kind) ?? UNKNOWN
  }

  get(name: string): ActiveRule | undefined {
    return this.#rules.get(name)
  }

  all(): readonly ActiveRule[] {
    return [...this.#rules.values()]
  }

  /** A rule that still counts the same goes on with what it has counted. */
  replace(rules: readonly RuleSettings[]): void {
    const before = new Map(this.#rules)
    this.#rules.clear()
    for (const settings of rules) {
      const known = before.get(settings.name)
      const isSame = known !== undefined && countingOf(known.settings) === countingOf(settings)
      const detector = isSame
        ? known.detector
        : makeDetector(settings, this.#parts, this.#purpose++)
      const active = new ActiveRule(settings, detector)
      active.found = known?.found ?? 0
      active.acted = known?.acted ?? 0
      active.lastFoundAtMs = known?.lastFoundAtMs
      this.#rules.set(settings.name, active)
    }
    this.#index()
  }

  #index(): void {
    const all = this.all()
    for (const [kind, book] of this.#byKind) {
      book.rules = all.filter(({ detector }) => detector.kinds.includes(kind))
    }
  }
}

/** What is told by somebody else's code may be of no kind at all. */
const UNKNOWN = new KindBook()

/** What a detector depends on. The rest of a rule is asked when something was found. */
function countingOf(settings: RuleSettings): string {
  const { detector, events, reasons, per, of, threshold, windowMs, steps } = settings
  const { ratioMin, rowsMin, factor, scalesWithUsers } = settings
  const counted = [detector, events, reasons, per, of, threshold, windowMs, steps]
  return JSON.stringify([...counted, ratioMin, rowsMin, factor, scalesWithUsers])
}
