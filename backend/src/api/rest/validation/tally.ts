import { type Clock, type Observer, STierError } from '../../../base/index.ts'
import { ValidationError } from '../../../capabilities/validation/index.ts'
import { Busiest } from './busiest.ts'
import { RowsRefusedError } from './errors.ts'
import type { ValidationEvent } from './events.ts'
import { QueryLimitError } from './query-limits.ts'

/** How often a rule has refused requests of a route, and would have. */
export interface RuleTally {
  readonly rule: string
  readonly code: string
  readonly refused: number
  /** Those that were only watched. */
  readonly watched: number
}

export interface RouteTally {
  /** `POST /orders`. */
  readonly route: string
  /** Requests that were looked at: not those that were answered from what is kept. */
  readonly asked: number
  readonly rules: readonly RuleTally[]
}

/** A route that is asked for and is not there. */
export interface UnknownRoute {
  readonly route: string
  readonly asked: number
  /** What it was answered with last. */
  readonly code: string
  readonly lastAtMs: number
}

/** By route, the most asked for first. */
export interface ValidationReport {
  readonly routes: readonly RouteTally[]
  readonly unknown: readonly UnknownRoute[]
}

interface RuleCounts {
  readonly code: string
  refused: number
  watched: number
  untold: number
  toldAtMs: number
}

const ROUTES_MAX = 1_000
const UNKNOWN_MAX = 200
const NAME_LENGTH_MAX = 200
/** What a rule would do is told so often, of each route. */
const TOLD_EVERY_MS = 60_000

/** No relation, function or path of that name. */
const NOT_THERE: ReadonlySet<string> = new Set(['PGRST205', 'PGRST202', 'PGRST125'])
const METHOD_NOT_ALLOWED = 405

/** Counts what is asked for, and what validation makes of it. */
export class ValidationTally {
  readonly #clock: Clock
  readonly #observe: Observer<ValidationEvent>
  readonly #routes = new Busiest(ROUTES_MAX, () => ({
    asked: 0,
    rules: new Map<string, RuleCounts>(),
  }))
  readonly #unknown = new Busiest(UNKNOWN_MAX, () => ({ asked: 0, code: '', lastAtMs: 0 }))

  constructor({ clock, observe }: { clock: Clock; observe: Observer<ValidationEvent> }) {
    this.#clock = clock
    this.#observe = observe
  }

  /** A request has been answered, with an error or without. */
  answered(route: string, error: unknown, watched: readonly STierError[]): void {
    if (error instanceof STierError && isLost(error)) return this.#lost(route, error)
    this.#routes.of(route).asked++
    for (const one of watched) this.#watch(route, one)
    if (isRefusal(error)) this.#ruleOf(route, error).refused++
  }

  report(): ValidationReport {
    return {
      routes: this.#routes.entries().map(([route, { asked, rules }]) => ({
        route,
        asked,
        rules: [...rules].map(([rule, { code, refused, watched }]) => {
          return { rule, code, refused, watched }
        }),
      })),
      unknown: this.#unknown.entries().map(([route, counts]) => ({ route, ...counts })),
    }
  }

  #lost(route: string, { code }: STierError): void {
    const counts = this.#unknown.of(route.slice(0, NAME_LENGTH_MAX))
    counts.asked++
    counts.code = code
    counts.lastAtMs = this.#clock.epochMs()
  }

  #watch(route: string, error: STierError): void {
    const counts = this.#ruleOf(route, error)
    counts.watched++
    counts.untold++
    const now = this.#clock.epochMs()
    if (now - counts.toldAtMs < TOLD_EVERY_MS) return
    const { code } = error
    const rule = ruleIn(error)
    this.#observe({ kind: 'validation.watched', route, rule, code, count: counts.untold })
    counts.untold = 0
    counts.toldAtMs = now
  }

  #ruleOf(route: string, error: STierError): RuleCounts {
    const { rules } = this.#routes.of(route)
    const rule = ruleIn(error)
    const before = rules.get(rule)
    if (before !== undefined) return before
    const { code } = error
    const counts = { code, refused: 0, watched: 0, untold: 0, toldAtMs: Number.NEGATIVE_INFINITY }
    rules.set(rule, counts)
    return counts
  }
}

function isLost({ code, status }: STierError): boolean {
  return NOT_THERE.has(code) || status === METHOD_NOT_ALLOWED
}

function isRefusal(error: unknown): error is STierError {
  return (
    error instanceof RowsRefusedError ||
    error instanceof ValidationError ||
    error instanceof QueryLimitError
  )
}

/** The first of those that were broken: `length`, `items`, `filters`. */
export function ruleIn(error: STierError): string {
  if (error instanceof QueryLimitError) return error.rule
  if (error instanceof RowsRefusedError || error instanceof ValidationError) {
    return error.faults[0]?.rule ?? error.code
  }
  return error.code
}
