import type { Cacheable } from '../../cacheability/index.ts'
import type { Catalog } from '../../catalog/index.ts'
import { hasTimes, isIdle } from './idleness.ts'
import { keyPrefixes } from './key-prefixes.ts'
import type { CachingRules } from './options.ts'
import type { NoPolicy, PlanPolicy } from './plan-policy.ts'
import { type PlanTables, planTables } from './plan-tables.ts'
import type { JournalFollower } from './types.ts'

export interface PlanPoliciesParts {
  /** May be read again while the server runs. */
  readonly rules: () => CachingRules
  readonly catalog: () => Catalog
  readonly follower: Pick<JournalFollower, 'state' | 'isJournaled'>
  /** Of which cluster and timeline the primary is. */
  readonly history: () => string | undefined
}

/** The rules of the configuration, plan by plan. One is found out once, as long as the rules and the history stay. */
export class PlanPolicies {
  readonly #parts: PlanPoliciesParts
  readonly #follower: PlanPoliciesParts['follower']
  #known: WeakMap<Cacheable, PlanTables> = new WeakMap()
  #seen: CachingRules | undefined
  #prefixes = keyPrefixes({}, undefined)
  #hasTimes = false

  constructor(parts: PlanPoliciesParts) {
    this.#parts = parts
    this.#follower = parts.follower
  }

  get isEnabled(): boolean {
    return this.#current().enabled
  }

  get isIdle(): boolean {
    this.#current()
    return isIdle(this.#hasTimes, this.#follower.state)
  }

  /** Whether what is kept under the key may be answered without another look at its plan. */
  isInForce(key: string): boolean {
    if (!this.#current().enabled) return false
    if (key.startsWith(this.#prefixes.timed)) return true
    return key.startsWith(this.#prefixes.journaled) && this.#follower.state === 'following'
  }

  of(plan: Cacheable): PlanPolicy | NoPolicy {
    const rules = this.#current()
    let tables = this.#known.get(plan)
    if (tables === undefined) {
      tables = planTables(plan, rules, this.#parts.catalog(), this.#prefixes)
      this.#known.set(plan, tables)
    }
    return tables.isOff ? 'off' : this.#choose(tables)
  }

  /** The policy under which it was kept while the journal was followed. */
  lastOf(plan: Cacheable): PlanPolicy | undefined {
    const tables = this.#known.get(plan)
    if (tables === undefined || tables.isOff) return undefined
    return tables.wasTimed ? tables.timed : tables.journaled
  }

  #choose(tables: PlanTables): PlanPolicy | NoPolicy {
    const { state } = this.#follower
    if (state === 'following') return this.#whileFollowing(tables)
    const isTimed = tables.untimed.length === 0 && tables.relations.length > 0
    if (state === 'absent' || state === 'stopped') {
      tables.wasTimed = isTimed
      return isTimed ? tables.timed : 'absent'
    }
    return isTimed && tables.wasTimed ? tables.timed : 'not-following'
  }

  #whileFollowing(tables: PlanTables): PlanPolicy | NoPolicy {
    const { relations, untimed } = tables
    tables.wasTimed = !this.#areJournaled(relations)
    if (!tables.wasTimed) return tables.journaled
    return this.#areJournaled(untimed) ? tables.timed : 'not-journaled'
  }

  #areJournaled(relations: readonly number[]): boolean {
    for (const relation of relations) if (!this.#follower.isJournaled(relation)) return false
    return true
  }

  #current(): CachingRules {
    const rules = this.#parts.rules()
    const history = this.#parts.history()
    if (rules !== this.#seen || history !== this.#prefixes.history) {
      this.#seen = rules
      this.#hasTimes = hasTimes(rules)
      this.#known = new WeakMap()
      this.#prefixes = keyPrefixes(rules.tables, history)
    }
    return rules
  }
}
