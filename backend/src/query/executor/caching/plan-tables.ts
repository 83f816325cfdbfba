import type { Cacheable } from '../../cacheability/index.ts'
import type { Catalog } from '../../catalog/index.ts'
import type { KeyPrefixes } from './key-prefixes.ts'
import type { CachingRules } from './options.ts'
import type { PlanPolicy, Terms } from './plan-policy.ts'
import type { TablePolicy } from './table-policies.ts'

/** What the rules say of the tables of one plan. */
export interface PlanTables {
  readonly isOff: boolean
  readonly journaled: PlanPolicy
  readonly timed: PlanPolicy
  /** Those with no time of their own: they have to be journaled. */
  readonly untimed: readonly number[]
  readonly relations: readonly number[]
  /** How it was when the journal was last followed. */
  wasTimed: boolean
}

/** The narrowest of all tables counts. */
export function planTables(
  { relations }: Cacheable,
  rules: CachingRules,
  catalog: Catalog,
  prefixes: KeyPrefixes,
): PlanTables {
  const names = namesOf(catalog, relations)
  const policies = relations.map(relation => policyOf(rules, names.get(relation)))
  const times = {
    history: prefixes.history,
    ttlMs: least(policies, rules, 'ttlMs'),
    staleWhileRevalidateMs: least(policies, rules, 'staleWhileRevalidateMs'),
    staleIfErrorMs: least(policies, rules, 'staleIfErrorMs'),
  }
  return {
    isOff: policies.some(({ enabled }) => enabled === false),
    journaled: { isJournaled: true, prefix: prefixes.journaled, ...times },
    timed: { isJournaled: false, prefix: prefixes.timed, ...times },
    untimed: relations.filter((_, index) => policies[index]?.ttlMs === undefined),
    relations,
    wasTimed: false,
  }
}

function least(policies: readonly TablePolicy[], rules: CachingRules, name: keyof Terms): number {
  if (policies.length === 0) return rules[name]
  return Math.min(...policies.map(policy => policy[name] ?? rules[name]))
}

const NO_POLICY: TablePolicy = Object.freeze({})

function policyOf({ tables }: CachingRules, name: string | undefined): TablePolicy {
  const policy = name !== undefined && Object.hasOwn(tables, name) ? tables[name] : undefined
  return policy ?? NO_POLICY
}

function namesOf(catalog: Catalog, wanted: readonly number[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const { oid, schema, name } of catalog.relations.values()) {
    if (wanted.includes(oid)) names.set(oid, `${schema}.${name}`)
  }
  return names
}
