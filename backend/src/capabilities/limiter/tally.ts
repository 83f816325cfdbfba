import { createHash } from 'node:crypto'
import type { Clock, Observer } from '../../base/index.ts'
import type { Claim } from './claim.ts'
import type { LimiterEvent } from './events.ts'
import type { Rule } from './rule.ts'

/** Keys of refused requests that are remembered for each rule. */
const KEYS_MAX = 20
/** Of the keys that are not among them, one in so many gets a chance to be. */
const UNRANKED_SHARE = 16
/** A rule tells of refusals no more often. */
const TELL_EVERY_MS = 10_000

/** What a rule has decided, since the process started. */
export interface RuleReport {
  readonly name: string
  readonly enforces: boolean
  readonly limit: number
  readonly windowMs: number
  /** Requests for which it held. */
  readonly decided: number
  readonly refused: number
  /** It only looks, and would have refused. */
  readonly shadowed: number
  /** Keys that were over the limit most often lately, the first the most; about how often. Shortened: no tokens. */
  readonly top: readonly { readonly key: string; readonly count: number }[]
}

/** Counts what one rule decides, and tells of refusals now and then. */
export class Tally {
  rule: Rule
  decided = 0
  refused = 0
  shadowed = 0
  readonly #clock: Clock
  readonly #observe: Observer<LimiterEvent>
  readonly #top = new Map<string, number>()
  #unranked = 0
  #untold = 0
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(rule: Rule, clock: Clock, observe: Observer<LimiterEvent>) {
    this.rule = rule
    this.#clock = clock
    this.#observe = observe
  }

  /** It does not let this pass, or would not. */
  deny({ key, rule }: Claim): void {
    if (rule.enforces) this.refused++
    else this.shadowed++
    this.#rank(key)
    this.#untold++
    const now = this.#clock.now()
    if (now - this.#toldAt < TELL_EVERY_MS) return
    const kind = rule.enforces ? 'limiter.refused' : 'limiter.shadowed'
    this.#observe({ kind, rule: rule.name, key: shortened(key, rule), count: this.#untold })
    this.#toldAt = now
    this.#untold = 0
  }

  /** Whoever is not among them takes the place and the count of the last: the frequent ones stay. */
  #rank(key: string): void {
    const known = this.#top.get(key)
    if (known !== undefined || this.#top.size < KEYS_MAX) {
      this.#top.set(key, (known ?? 0) + 1)
      return
    }
    // Of many that come once, a few are enough; one that comes often gets in.
    if (this.#unranked++ % UNRANKED_SHARE !== 0) return
    let last = ''
    let least = Number.POSITIVE_INFINITY
    for (const [each, count] of this.#top) {
      if (count >= least) continue
      least = count
      last = each
    }
    this.#top.delete(last)
    this.#top.set(key, least + 1)
  }

  report(): RuleReport {
    const { decided, refused, shadowed, rule } = this
    const { name, enforces, limit, windowMs } = rule
    const top = [...this.#top]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, 10)
      .map(([key, count]) => ({ key: shortened(key, rule), count }))
    return { name, enforces, limit, windowMs, decided, refused, shadowed, top }
  }
}

/** Of these the value itself says nothing that must stay secret. */
const PLAIN: ReadonlySet<string> = new Set(['ip', 'method', 'endpoint', 'table', 'rpc', 'role'])

/** Enough to know a key again. */
function shortened(key: string, { per }: Rule): string {
  if (per.length === 0) return '*'
  if (per.every(attribute => PLAIN.has(attribute)) && key.length <= 100) return key
  return `#${createHash('sha256').update(key).digest('hex').slice(0, 12)}`
}
