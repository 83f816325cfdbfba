import { type Clock, createSecondChanceCache } from '../../base/index.ts'
import type { Connection, UseOptions } from '../../capabilities/pool/index.ts'
import { openingOf } from './transaction.ts'
import { preparedName } from './prepared-name.ts'
import type { Execution } from './types.ts'

export interface StatementCostsSetup {
  /** Where it is asked. */
  readonly use: (
    work: (connection: Connection) => Promise<number>,
    options: UseOptions,
  ) => Promise<number>
  /** Of the catalog, at this moment: what was known under another one is not. */
  readonly version: () => string
  readonly clock: Clock
}

/** Statements by role whose cost is remembered, about 200 bytes each. */
const REMEMBERED_MAX = 5_000
/** So long; tables grow, and statistics change. */
const KNOWN_FOR_MS = 300_000
/** What could not be found out is not asked for again before. */
const UNKNOWN_FOR_MS = 10_000
/** Questions at the same time: more would keep the database from its work. */
const ASKING_MAX = 8
/** Planning takes milliseconds, unless something is in the way. */
const ASK_MS = 2_000

/**
 * What PostgreSQL's planner takes statements to cost, in its own units, asked once for each statement and role. It is asked by EXPLAIN
 * without ANALYZE, in a transaction that may not write: nothing is executed.
 */
export class StatementCosts {
  readonly #setup: StatementCostsSetup
  readonly #known = createSecondChanceCache<Known>(REMEMBERED_MAX)
  readonly #asking = new Map<string, Promise<number | undefined>>()

  constructor(setup: StatementCostsSetup) {
    this.#setup = setup
  }

  /** What is known of it at this moment. */
  known(key: string): number | undefined {
    return this.#fresh(key)?.cost
  }

  /** Costs with other values count as the same where the key is. */
  keyOf({ statement, context }: Execution, variant = ''): string {
    return preparedName(statement.name || statement.text, context.role) + variant
  }

  /** A promise never rejects. Undefined: it cannot be found out, or too much is being asked. */
  of(execution: Execution, key: string): number | undefined | Promise<number | undefined> {
    const fresh = this.#fresh(key)
    if (fresh !== undefined) return fresh.cost
    const asking = this.#asking.get(key)
    if (asking !== undefined || this.#asking.size >= ASKING_MAX) return asking
    const asked = this.#ask(execution, key).finally(() => this.#asking.delete(key))
    this.#asking.set(key, asked)
    return asked
  }

  #fresh(key: string): Known | undefined {
    const known = this.#known.get(key)
    if (known === undefined || known.until <= this.#setup.clock.now()) return undefined
    return known.version === this.#setup.version() ? known : undefined
  }

  async #ask(execution: Execution, key: string): Promise<number | undefined> {
    const { use, version, clock } = this.#setup
    const ofVersion = version()
    const options = { tenant: execution.context.role, deadline: clock.now() + ASK_MS }
    const cost = await use(connection => explained(connection, execution), options).catch(unknown)
    const until = clock.now() + (cost === undefined ? UNKNOWN_FOR_MS : KNOWN_FOR_MS)
    this.#known.delete(key) // The first value of a key stays.
    this.#known.set(key, { cost, until, version: ofVersion })
    return cost
  }
}

interface Known {
  /** Undefined: it could not be found out. */
  readonly cost: number | undefined
  readonly until: number
  readonly version: string
}

function unknown(): undefined {
  return undefined
}

/** What asks for a plan itself is asked for that plan. */
const EXPLAINING = /^explain \([^)]*\) /

async function explained(
  connection: Connection,
  { statement, parameters, context }: Execution,
): Promise<number> {
  const opening = openingOf({
    ...context,
    ...{ readOnly: true, preRequest: undefined, statementTimeoutMs: ASK_MS },
  })
  const text = `explain (format json) ${statement.text.replace(EXPLAINING, '')}`
  const steps = [...opening, { text, name: '', values: parameters, discard: false }]
  const results = await connection.batch(steps)
  return totalCostIn(results.at(-1)?.[0]?.[0] ?? '')
}

/** `[{"Plan": {"Total Cost": 8.3, …}}]` */
function totalCostIn(json: string): number {
  const [first] = JSON.parse(json) as readonly [
    { readonly Plan: { readonly 'Total Cost': number } },
  ]
  return Math.max(1, Math.ceil(first.Plan['Total Cost']))
}
