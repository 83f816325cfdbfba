import { STierError } from '../../../base/index.ts'
import type { ReadPlan } from '../../../query/plan/index.ts'
import { VALIDATION_DEFAULTS, type ValidationRules } from './options.ts'
import { personalIn } from './personal.ts'

/** Says what becomes of a request that is not as it has to be, and keeps what others should hear of. One for each request. */
export class Judge {
  /** Those of its route. Undefined: nothing is looked at. */
  readonly rules: ValidationRules | undefined
  /** Columns with data about persons that its answer has. */
  personal: readonly string[] = NOTHING
  /** How many rows had them. */
  personalRows = 0
  #watched: readonly STierError[] = NOTHING

  constructor(rules: ValidationRules | undefined) {
    this.rules = rules?.enabled === true ? rules : undefined
  }

  get isEnforcing(): boolean {
    return this.rules?.mode === 'enforce'
  }

  /** What would have been refused, and was only watched. */
  get watched(): readonly STierError[] {
    return this.#watched
  }

  /** Throws what `check` throws, or keeps it where nothing is to be refused. */
  apply(check: (rules: ValidationRules) => void): void {
    const { rules } = this
    if (rules === undefined) return
    if (rules.mode === 'enforce') return check(rules)
    try {
      check(rules)
    } catch (error) {
      if (!(error instanceof STierError)) throw error
      this.#watched = [...this.#watched, error]
    }
  }

  /** So many rows are answered. */
  answers(plan: ReadPlan | undefined, rows: number): void {
    if (plan === undefined || this.rules === undefined || rows === 0) return
    const personal = personalIn(plan, this.rules.personal)
    if (personal.length === 0) return
    this.personal = personal
    this.personalRows = rows
  }
}

/** So many rows are answered, and the same request may be answered without being looked at again: there is nothing to watch. */
export function mayBeRemembered(judge: Judge | undefined, plan: ReadPlan, rows: number): boolean {
  judge?.answers(plan, rows)
  return judge === undefined || judge.watched.length === 0
}

const NOTHING: readonly never[] = Object.freeze([])

/** A request's judge, by the rules of its route: `POST /orders`. */
export function judgeFor(rules: ValidationRules | undefined, route: string): Judge {
  return new Judge(rules && rulesFor(rules, route))
}

const known = new WeakMap<ValidationRules, Map<string, ValidationRules>>()

/** The rules of all, those of its name, those of its name and method, each over the ones before. */
function rulesFor(rules: ValidationRules, route: string): ValidationRules {
  const { routes } = rules
  if (routes === VALIDATION_DEFAULTS.routes) return rules
  const byMethod = routes[route]
  const byName = routes[route.slice(route.indexOf(' ') + 1)]
  if (byMethod === undefined && byName === undefined) return rules
  const own = known.get(rules) ?? new Map<string, ValidationRules>()
  known.set(rules, own)
  const before = own.get(route)
  if (before !== undefined) return before
  const together: ValidationRules = Object.freeze({ ...rules, ...byName, ...byMethod })
  own.set(route, together)
  return together
}
