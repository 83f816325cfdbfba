import { ignoreEvents, systemClock } from '../../../../base/index.ts'
import { Claim } from '../../claim.ts'
import { Rule } from '../../rule.ts'
import type { LimiterRedis, LimitRule } from '../../types.ts'
import { SharedStore, type SharedStoreSetup } from '../shared-store.ts'

export function ruleOf(rule: LimitRule, name = 'rule'): Rule {
  return new Rule(name, rule, { mode: 'enforce', onOutage: 'share' })
}

/** Stores that are stopped together. */
export interface Rig {
  open(rules: readonly Rule[], setup?: Partial<SharedStoreSetup>): Promise<SharedStore>
  /** All that were opened. */
  close(): Promise<void>
}

export function createRig(connect: () => Promise<LimiterRedis>): Rig {
  const stores: SharedStore[] = []
  return {
    async open(rules, setup = {}) {
      const redis = setup.redis ?? (await connect())
      const store = new SharedStore({
        ...{ redis, clock: systemClock, random: Math.random, observe: ignoreEvents },
        ...{ keysMax: 1_000, leaseMs: 1_000, leaseShareMax: 0 },
        onPenalty: () => undefined,
        commandTimeoutMs: 5_000,
        ...setup,
      })
      stores.push(store)
      store.setRules(rules)
      await store.start()
      return store
    },
    async close() {
      for (const store of stores.splice(0)) await store.stop()
    },
  }
}

export async function ask(store: SharedStore, ...claims: Claim[]): Promise<boolean> {
  await store.take(claims)
  return claims.every(({ passes }) => passes)
}

/** How many of so many pass, asked of each store in turn, all at once. */
export async function admitted(
  of: readonly SharedStore[],
  rule: Rule,
  count: number,
  key = 'k',
): Promise<number> {
  const asked = Array.from({ length: count }, (_, index) =>
    ask(of[index % of.length] as SharedStore, new Claim(rule, key, 1, 1)),
  )
  return (await Promise.all(asked)).filter(Boolean).length
}
