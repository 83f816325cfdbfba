import type { Facts } from '../facts.ts'
import type { RuleSettings } from '../rule.ts'
import type { EventKind } from '../types.ts'
import type { Detector, Finding } from './detector.ts'
import { seconds } from './words.ts'

/** Pairs of issuer and role. What comes after is not watched. */
const PAIRS_MAX = 256
/** Tokens that what is usual follows from, and the least of them. */
const REMEMBERED = 64
const REMEMBERED_MIN = 20
/** Nobody steals a key to be let in for an hour. */
const LIFE_MS_MIN = 3_600_000

/** How long the last tokens of an issuer for a role were good for. */
class Lives {
  readonly #lasts = new Float64Array(REMEMBERED)
  #told = 0
  #lastToken = 0

  /** The same token is checked again and again, by whoever shows it. */
  learn(token: number, lifeMs: number): void {
    if (token === this.#lastToken) return
    this.#lastToken = token
    this.#lasts[this.#told++ % REMEMBERED] = lifeMs
  }

  /** Undefined: there were too few. */
  usualMs(): number | undefined {
    if (this.#told < REMEMBERED_MIN) return undefined
    const known = this.#lasts.slice(0, Math.min(this.#told, REMEMBERED)).sort()
    return known[known.length >> 1]
  }
}

/**
 * A token that is good, or where it never ends is used, for many times as long as others of its issuer for this role: made with a key that was
 * stolen, or kept by somebody. What is usual is the median of the last ones: an issuer that changes its mind is told of
 * until half of them are new.
 */
export class TokenAgeDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['auth.passed']
  readonly bytes = PAIRS_MAX * REMEMBERED * Float64Array.BYTES_PER_ELEMENT
  readonly #pairs = new Map<string, Lives>()

  readonly rule: RuleSettings

  constructor(rule: RuleSettings) {
    this.rule = rule
  }

  see(facts: Facts): Finding | undefined {
    const { tokenHash, tokenLifeMs } = facts.event
    if (tokenHash === undefined || tokenLifeMs === undefined || tokenLifeMs < 0) return undefined
    const { issuer = '', role = '' } = facts.event
    const lives = this.#livesOf(JSON.stringify([issuer, role]))
    const usualMs = lives?.usualMs()
    lives?.learn(tokenHash, tokenLifeMs)
    if (usualMs === undefined || tokenLifeMs < LIFE_MS_MIN) return undefined
    if (tokenLifeMs < this.rule.factor * Math.max(usualMs, 1)) return undefined
    const what = `a token for ${seconds(tokenLifeMs)}, where ${seconds(usualMs)} are usual`
    return { principal: facts.principal(this.rule.per), count: 1, what }
  }

  forget(): void {
    // What is usual for an issuer is not one principal's.
  }

  #livesOf(pair: string): Lives | undefined {
    const known = this.#pairs.get(pair)
    if (known !== undefined || this.#pairs.size >= PAIRS_MAX) return known
    const lives = new Lives()
    this.#pairs.set(pair, lives)
    return lives
  }
}
