import pg from 'pg'
import type { Change, Dependency, Precision } from '../../src/capabilities/cache/index.ts'
import type { JournalEvent, Row } from '../../src/capabilities/events/index.ts'
import { createEventReader } from '../../src/capabilities/events/table-row.ts'
import {
  cacheabilityOf,
  changeOf,
  type RowChange,
  valuesAt,
} from '../../src/query/cacheability/index.ts'
import type { Catalog } from '../../src/query/catalog/index.ts'
import { planRead, type ReadRequest } from '../../src/query/plan/index.ts'
import { compileRead } from '../../src/query/sql/index.ts'
import { readAs } from './catalog-of.ts'
import { createDatabase, type TestDatabase } from './database.ts'
import { journaling, unjournaling } from './journaling.ts'

/** A request that may be kept, with its values. */
export interface Question {
  readonly text: string
  readonly values: readonly string[]
  readonly dependencies: readonly Dependency<RowChange>[]
  readonly relations: readonly number[]
}

export interface TrialSetup {
  /** Tables that are not journaled. Default: all are. */
  readonly unjournaled?: readonly string[]
  /** What becomes of an event on its way. Default: nothing. */
  readonly arriving?: (event: JournalEvent) => JournalEvent
}

type RowChanges = readonly Change<bigint, RowChange>[]

/**
 * Questions and changes on a database with a journal: an answer that is another one after a change must have been told by what
 * the journal says of that change.
 */
export class InvalidationTrial {
  readonly client: pg.Client
  readonly catalog: Catalog
  readonly tally = { cases: 0, differed: 0, told: 0, needless: 0, row: 0, predicate: 0, table: 0 }
  readonly #parts: Parts
  readonly #reader = createEventReader()
  #questions: readonly Question[] = []
  #before: readonly string[] = []

  constructor(parts: Parts, catalog: Catalog) {
    this.#parts = parts
    this.client = parts.client
    this.catalog = catalog
  }

  static async start(schema: string, setup: TrialSetup = {}): Promise<InvalidationTrial> {
    const database = await createDatabase(schema)
    await database.query('grant select on all tables in schema public to authenticated')
    const { refused } = await journaling(database.url, { schemas: ['public'] })
    if (refused.length > 0) throw new Error(JSON.stringify(refused))
    if (setup.unjournaled !== undefined) await unjournaling(database.url, setup.unjournaled)
    const client = new pg.Client(database.url)
    await client.connect()
    const rows = await database.query<{ oid: number }>(HEARD)
    const parts = { database, client, setup, heard: new Set(rows.map(({ oid }) => oid)) }
    return new InvalidationTrial(parts, await readAs(database.url))
  }

  /** Undefined for what PostgreSQL has no answer to. */
  async question(
    request: ReadRequest,
    values: readonly string[],
    count?: 'exact',
  ): Promise<Question | undefined> {
    const { catalog } = this
    const plan = planRead(catalog, request, { aggregates: true, rowsMax: undefined })
    const shape = { format: 'array', stripNulls: false, count } as const
    const found = cacheabilityOf(plan, catalog, shape)
    if (!found.cacheable) throw new Error(JSON.stringify(found.reasons))
    const { text } = compileRead(plan, shape, { serverVersion: catalog.serverVersion })
    try {
      await this.client.query(text, [...values])
    } catch {
      return undefined
    }
    return { text, values, dependencies: found.dependencies(values), relations: found.relations }
  }

  /** From here on these are asked before and after each change. */
  async watch(questions: readonly Question[]): Promise<void> {
    this.#questions = questions
    this.#before = await this.#answers()
    await this.#takeEvents()
  }

  /** Throws where an answer differs that was not told. Answers whether anything was changed; a statement may be refused. */
  async change(statement: string): Promise<boolean> {
    const { rowCount } = await this.client.query(statement).catch(() => ({ rowCount: 0 }))
    const changes = await this.#takeEvents()
    if ((rowCount ?? 0) === 0 && changes.length === 0) return false
    const after = await this.#answers()
    this.#questions.forEach((question, index) => {
      const [before, now] = [this.#before[index], after[index]]
      const precision = concern(question.dependencies, changes)
      this.#count(before !== now, precision)
      if (before === now || precision !== undefined || !this.isHeard(question)) return
      throw new Error(`not told: ${JSON.stringify({ statement, question, before, now })}`)
    })
    this.#before = after
    return true
  }

  /** Whether all tables that it depends on are journaled. */
  isHeard({ relations }: Question): boolean {
    return relations.every(relation => this.#parts.heard.has(relation))
  }

  async stop(): Promise<void> {
    await this.client.end()
    await this.#parts.database.drop()
  }

  #count(differs: boolean, precision: Precision | undefined): void {
    const { tally } = this
    tally.cases++
    if (differs) tally.differed++
    if (precision === undefined) return
    tally.told++
    tally[precision]++
    if (!differs) tally.needless++
  }

  /** One round trip for all of them, as somebody whom policies bind. */
  async #answers(): Promise<readonly string[]> {
    const texts = this.#questions.map(({ text, values }) =>
      text.replace(/\$(\d+)/g, (_, index) => literal(values[Number(index) - 1] ?? null)),
    )
    const claims = `set request.jwt.claims = '{"sub": "a"}'`
    const all = [claims, 'set role authenticated', ...texts, 'reset role'].join(';\n')
    const results = (await this.client.query(all)) as unknown as pg.QueryResult<Answer>[]
    return results
      .slice(2, -1)
      .map(({ rows: [row] }) => `${row?.total} ${sortedDeep(row?.body ?? '')}`)
  }

  /** What was changed since the last time. Not through a reader, which would wait for everybody else on the server. */
  async #takeEvents(): Promise<RowChanges> {
    const { rows } = await this.client.query<Record<string, string | null>>(`
      with gone as (delete from s_tier.journal returning *)
      select xid::text, position::text, relation::text, schema_name::text, table_name::text, kind::text, '0' as at_ms,
        key::text, old_row::text, new_row::text from gone order by position`)
    const arriving = this.#parts.setup.arriving ?? (event => event)
    return rows.map(row => changeOf(arriving(this.#reader.eventOf(row)), this.catalog))
  }
}

interface Parts {
  readonly database: TestDatabase
  readonly client: pg.Client
  readonly setup: TrialSetup
  /** By object id. */
  readonly heard: ReadonlySet<number>
}

/** With their partitions, whose changes are told as theirs. */
const HEARD = `
  select c.oid::int as oid from pg_class c
  where coalesce(pg_partition_root(c.oid), c.oid) in (select relation from s_tier.journal_tables)`

interface Answer {
  readonly body: string
  readonly total: string | null
}

export function literal(value: string | null): string {
  return value === null ? 'null' : `'${value.replaceAll("'", "''")}'`
}

/** The event without some of the columns of its rows, as a log has it that leaves out what was not touched. */
export function without(event: JournalEvent, isLeftOut: () => boolean): JournalEvent {
  const thinned = (row: Row | undefined): Row | undefined =>
    row && Object.fromEntries(Object.entries(row).filter(() => !isLeftOut()))
  return { ...event, old: thinned(event.old), new: thinned(event.new) }
}

/** Rows that nobody ordered have no order. */
function sortedDeep(json: string): string {
  return JSON.stringify(JSON.parse(json), (_, value: unknown) =>
    Array.isArray(value) ? value.map(item => JSON.stringify(item)).sort() : value,
  )
}

/** How narrowly one of the changes concerns one of the dependencies. */
function concern(
  dependencies: readonly Dependency<RowChange>[],
  changes: RowChanges,
): Precision | undefined {
  for (const dependency of dependencies) {
    for (const change of changes) {
      const precision = dependency.tag === change.tag ? precisionOf(dependency, change) : undefined
      if (precision !== undefined) return precision
    }
  }
  return undefined
}

function precisionOf(
  { keys, test: satisfies, index }: Dependency<RowChange>,
  { keys: changed, data }: Change<bigint, RowChange>,
): Precision | undefined {
  if (changed === undefined || data === undefined) return 'table'
  if (keys !== undefined) return keys.some(key => changed.includes(key)) ? 'row' : undefined
  if (satisfies === undefined) return 'table'
  const isSatisfied = satisfies(data)
  const values = index && valuesAt(data, index.field)
  if (isSatisfied && index !== undefined && values?.includes(index.value) === false) {
    throw new Error(`satisfied without ${JSON.stringify(index)}`)
  }
  return isSatisfied ? 'predicate' : undefined
}
