import { Claim } from '../claim.ts'
import type { Rule } from '../rule.ts'
import { countedMs } from './counted.ts'
import type { Entry } from './entry.ts'
import type { Adjustment } from './exchange.ts'
import { Table } from './table.ts'

/** Each rule may have so many at least, however many rules there are. */
const ENTRIES_MIN = 1_000

/** What this process knows of the counters of all rules. */
export class KnownCounters {
  readonly #keysMax: number
  #tables = new Map<Rule, Table>()
  #entriesMax = ENTRIES_MIN

  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  get size(): number {
    let size = 0
    for (const { entries } of new Set(this.#tables.values())) size += entries.size
    return size
  }

  find({ rule, key }: Claim): Entry {
    let table = this.#tables.get(rule)
    if (table === undefined) {
      // The rules have changed since it was asked.
      table = this.#successorOf(rule) ?? new Table(rule)
      this.#tables.set(rule, table)
    }
    return table.find(key, this.#entriesMax)
  }

  #successorOf(rule: Rule): Table | undefined {
    return [...this.#tables.values()].find(table => table.rule.identity === rule.identity)
  }

  setRules(rules: readonly Rule[]): void {
    const before = new Map([...this.#tables.values()].map(each => [each.rule.identity, each]))
    this.#tables = new Map(
      rules.map(rule => {
        const table = before.get(rule.identity) ?? new Table(rule)
        table.follow(rule)
        return [rule, table]
      }),
    )
    this.#entriesMax = Math.max(ENTRIES_MIN, Math.floor(this.#keysMax / (rules.length || 1)))
  }

  /** What this process has charged: all of it, or what Redis has not been told. That counts as told from now on. */
  tell(everything: boolean, now: number): readonly Adjustment[] {
    const told: Adjustment[] = []
    for (const table of new Set(this.#tables.values())) {
      for (const entry of table.entries.values()) {
        const use = everything ? entry.own : entry.unsent
        if (use === undefined) continue
        const claim = new Claim(table.rule, entry.key, 0, 1)
        use.totalAt(now, countedMs(claim))
        for (const [at, amount] of use.parts()) told.push({ entry, claim, amount, at, by: 'here' })
        entry.unsent = undefined
      }
    }
    return told
  }

  takeBack(adjustments: readonly Adjustment[]): void {
    for (const { entry, claim, amount, at } of adjustments) {
      entry.keepUnsent(at, amount, countedMs(claim))
    }
  }
}
