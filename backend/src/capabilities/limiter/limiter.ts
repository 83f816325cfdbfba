import { type Clock, ignoreEvents, type Observer, option, systemClock } from '../../base/index.ts'
import type { Claim } from './claim.ts'
import { Decision } from './decision.ts'
import { HeaderTexts, type LimitHeaders } from './headers.ts'
import type { LimiterEvent } from './events.ts'
import { LocalStore } from './local-store.ts'
import { Matcher } from './matcher.ts'
import { LIMITS_CHECKS, LIMITS_DEFAULTS, type LimitsOptions } from './options.ts'
import { Penalties } from './penalties.ts'
import { refusalOf } from './refusal.ts'
import { type Rule, rulesOf } from './rule.ts'
import { SharedStore } from './shared/shared-store.ts'
import type { LoadSignal } from './shedding/load.ts'
import { createPriorities } from './shedding/priority.ts'
import { createShedder, type SheddingReport } from './shedding/shedder.ts'
import type { LimitStore } from './store.ts'
import { type RuleReport, Tally } from './tally.ts'
import type {
  Cost,
  LimiterRedis,
  LimitRules,
  Penalty,
  Priority,
  Refusal,
  Subject,
} from './types.ts'

/** How much less than its limits somebody gets, for how long, and why. */
export interface PenaltyTerms {
  /** What is left of every limit, from 0 (nothing passes) to 1. */
  readonly share: number
  readonly forMs: number
  readonly reason: string
}

export interface LimiterReport {
  readonly rules: readonly RuleReport[]
  readonly penalties: readonly Penalty[]
  readonly store: Readonly<Record<string, number | string | boolean>>
  /** Undefined: nobody is refused by load. */
  readonly shedding: SheddingReport | undefined
}

export interface LimiterSetup extends LimitsOptions {
  readonly clock?: Clock
  /** From 0 to 1, for what is spread and for hashing. */
  readonly random?: () => number
  readonly observe?: Observer<LimiterEvent>
  /** Where the counters of all processes are. Default: each process counts for itself. */
  readonly redis?: LimiterRedis | undefined
  /** How long a command of that may take, in milliseconds. Default 25. */
  readonly commandTimeoutMs?: number
  /** How busy the server is: asked at most every 100 ms, and must not throw. Default: nobody is refused by load. */
  readonly load?: (() => LoadSignal) | undefined
  /** What a tenant counts for among others while there is not room for all. Default: 1 each. */
  readonly weightOf?: ((tenant: string) => number) | undefined
}

/** Who may come in, and how often. */
export interface Limiter {
  /**
   * Asks all rules that hold for this subject at once: nothing is charged unless all pass. At once where this process can say,
   * otherwise a promise. Never rejects.
   */
  decide(subject: Subject, cost?: Cost): Decision | Promise<Decision>
  /** The same if this process can say at once. Undefined: nothing is charged, and `decide` must be asked. */
  decideNow(subject: Subject, cost?: Cost): Decision | undefined
  /** After the answer: what it cost, for as far as it is known, and an end of its concurrency. Only the first time counts. */
  settle(decision: Decision, real?: Cost): void
  /** How important a request is, by `priorities`. */
  priorityOf(subject: Subject): Priority
  /** Anybody may be refused by load. */
  readonly isShedding: boolean
  /** Is there room for a request of this class, of this tenant or user? Undefined: yes. */
  shed(priority: Priority, tenant?: string): Refusal | undefined
  /** Less than the limits for those of whom an attribute has this value, on all nodes. */
  penalize(attribute: string, value: string, terms: PenaltyTerms): void
  /** Header fields for the answer; none where no rule that enforces holds, or `headers` is off. */
  headersOf(decision: Decision): LimitHeaders
  /** Those that were set last, as they were. */
  readonly rules: LimitRules
  /** From now on, in place of the ones before. Counters are kept where name, algorithm, window, weight and `per` stay. Throws ST001. */
  setRules(rules: LimitRules): void
  report(): LimiterReport
  start(): Promise<void>
  stop(): Promise<void>
}

/** Throws ST001 for a wrong option or rule. Without Redis it counts for this process alone. */
export function createLimiter(setup: LimiterSetup = {}): Limiter {
  const { clock = systemClock, random = Math.random, observe = ignoreEvents, ...others } = setup
  const { redis, commandTimeoutMs, load, weightOf, ...options } = others
  const settled = option.settled('limits', options, LIMITS_CHECKS, LIMITS_DEFAULTS)
  const penalties = new Penalties(clock)
  const common = { ...settled, clock, random, observe }
  const store: LimitStore =
    redis === undefined
      ? new LocalStore(common)
      : new SharedStore({ ...common, redis, commandTimeoutMs, onPenalty: penalize })
  const priorityOf = createPriorities(settled.priorities)
  const shedder =
    load === undefined || !settled.shedding
      ? undefined
      : createShedder({ ...common, load, weightOf })
  const headers = new HeaderTexts()
  let given: LimitRules = {}
  let matcher = new Matcher([])
  let tallies = new Map<Rule, Tally>()

  function follow(rules: LimitRules): readonly Rule[] {
    const compiled = rulesOf(rules, settled)
    given = rules
    const before = new Map([...tallies.values()].map(tally => [tally.rule.name, tally]))
    tallies = new Map(
      compiled.map(rule => {
        const tally = before.get(rule.name) ?? new Tally(rule, clock, observe)
        tally.rule = rule
        return [rule, tally]
      }),
    )
    store.setRules(compiled)
    headers.clear()
    matcher = new Matcher(compiled)
    return compiled
  }

  function finish(claims: readonly Claim[]): Decision {
    const decision = new Decision(claims)
    for (const claim of claims) {
      const tally = tallies.get(claim.rule)
      if (tally !== undefined) tally.decided++
      if (claim.passes) continue
      tally?.deny(claim)
      if (!claim.rule.enforces) decision.shadowed = [...decision.shadowed, claim.rule.name]
      else decision.refusal = refusalOf(decision.refusal, claim, random)
    }
    return decision
  }

  /** Ours, or another process's: we hear our own again. */
  function penalize(penalty: Penalty): void {
    if (penalties.add(penalty)) observe({ kind: 'limiter.penalized', ...penalty })
  }

  follow(settled.rules)
  return {
    decide(subject, cost) {
      const claims = matcher.claimsOf(subject, cost, penalties)
      const waiting = store.take(claims)
      return waiting === undefined ? finish(claims) : waiting.then(() => finish(claims))
    },
    decideNow(subject, cost) {
      const claims = matcher.claimsOf(subject, cost, penalties)
      return store.takeNow(claims) ? finish(claims) : undefined
    },
    settle(decision, real) {
      if (decision.isSettled) return
      decision.isSettled = true
      for (const claim of decision.claims) {
        if (!claim.isCharged) continue
        const weight = realWeight(claim, real)
        if (weight !== claim.weight) store.settle(claim, weight)
      }
    },
    priorityOf,
    isShedding: shedder !== undefined,
    shed: (priority, tenant) => shedder?.shed(priority, tenant),
    penalize(attribute, value, { share, forMs, reason }) {
      const penalty = { attribute, value, share, until: clock.epochMs() + forMs, reason }
      penalize(penalty)
      store.share(penalty)
    },
    headersOf: decision => (settled.headers ? headers.of(decision) : NO_HEADERS),
    get rules() {
      return given
    },
    setRules(rules) {
      const checked = option.checked('limits.rules', LIMITS_CHECKS.rules, rules)
      const compiled = follow(checked)
      observe({ kind: 'limiter.rules-changed', rules: compiled.map(rule => rule.name) })
    },
    report: () => ({
      rules: [...tallies.values()].map(tally => tally.report()),
      penalties: penalties.list(),
      store: store.figures(),
      shedding: shedder?.report(),
    }),
    start: () => store.start(),
    stop: () => store.stop(),
  }
}

const NO_HEADERS: LimitHeaders = Object.freeze({})

/** Weight by what is known now. A `concurrency` is over. */
function realWeight({ rule, weight }: Claim, real: Cost | undefined): number {
  if (rule.algorithm === 'concurrency') return 0
  const known = real?.[rule.weight]
  return known === undefined ? weight : Math.max(0, known)
}
