import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import type { RawResponse } from '../support/http-client.ts'
import { seed } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type RandomColumn, randomColumns, randomRow, TYPES, tableOf } from './random-tables.ts'

const TABLES = Number(process.env['STIER_VERDICT_TABLES'] ?? 30)
const ROWS = Number(process.env['STIER_VERDICT_ROWS'] ?? 25)

const tables = fc.sample(randomColumns, { seed, numRuns: TABLES })
const hasTrigger = (index: number) => index % 7 === 6

let database: TestDatabase
/** One that looks at rows before it asks PostgreSQL, and one that leaves them to it. */
let looking: TestServer
let leaving: TestServer

beforeAll(async () => {
  database = await createDatabase(`
    ${TYPES}
    create function touch() returns trigger language plpgsql as 'begin return new; end';
    ${tables.map((columns, index) => tableOf(`t${index}`, columns, hasTrigger(index))).join('\n')}
    grant usage on schema public to anon;
    grant select, insert, update on all tables in schema public to anon;
    grant usage on all sequences in schema public to anon;
  `)
  const flags = { '--database-transaction-end': 'rollback' }
  looking = await startServer(database.authenticatorUrl, flags)
  leaving = await startServer(database.authenticatorUrl, {
    ...flags,
    '--validation-checks': 'false',
  })
})

afterAll(async () => {
  await looking.stop()
  await leaving.stop()
  await database.drop()
})

interface Told {
  readonly code: string
  readonly message: string
  readonly errors?: readonly { readonly message: string }[]
}

function post(
  server: TestServer,
  table: number,
  rows: unknown,
  headers: Record<string, string> = {},
  query = '',
): Promise<RawResponse> {
  return server.get(`/t${table}${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(rows),
  })
}

const tally = { refused: 0, others: 0 }

const told = ({ status, body }: RawResponse): Told | undefined =>
  status < 300 ? undefined : (JSON.parse(body) as Told)

test(`what is refused before PostgreSQL is asked, PostgreSQL refuses in the same words; seed ${seed}`, async () => {
  const shares = new Map<string, { refused: number; before: number }>()
  for (const [index, columns] of tables.entries()) {
    const rows = fc.sample(randomRow(columns), { seed: seed + index, numRuns: ROWS })
    await Promise.all(rows.map(row => compare(index, columns, row, shares)))
  }
  if (process.env['STIER_VERDICT_TABLES'] !== undefined) console.table(Object.fromEntries(shares))
  const refused = [...shares.values()].reduce((sum, share) => sum + share.refused, 0)
  const before = [...shares.values()].reduce((sum, share) => sum + share.before, 0)
  expect(before).toBeGreaterThan(refused / 2)
  expect(tally.others).toBeLessThan(tally.refused / 50)
}, 600_000)

async function compare(
  index: number,
  columns: readonly RandomColumn[],
  row: Record<string, unknown>,
  shares: Map<string, { refused: number; before: number }>,
): Promise<void> {
  const [one, other] = await Promise.all([post(looking, index, row), post(leaving, index, row)])
  const found = told(one)
  const known = told(other)
  const shown = JSON.stringify({
    row,
    columns: columns.map(column => column.declaration),
    found,
    known,
  })
  expect(one.status, shown).toBeLessThan(500)
  expect(one.status, shown).toBe(other.status)
  if (known !== undefined) {
    const share = shares.get(known.code) ?? { refused: 0, before: 0 }
    share.refused++
    if (found?.errors !== undefined) share.before++
    shares.set(known.code, share)
  }
  const words = known && { code: known.code, message: known.message }
  if (found?.errors === undefined) {
    return words === undefined ? undefined : expect(found, shown).toMatchObject(words)
  }
  tally.refused++
  expect(found.code, shown).toBe(known?.code)
  // Of several constraints, one may be such that only PostgreSQL understands it.
  if (found.message !== known?.message) tally.others++
}

test(`so are several rows, whichever of them is wrong; seed ${seed}`, async () => {
  for (const [index, columns] of tables.entries()) {
    const rows = fc.sample(randomRow(columns), { seed: seed + 1_000 + index, numRuns: 6 })
    const keys = Object.keys(rows[0] ?? {})
    const even = rows.map(row => Object.fromEntries(keys.map(key => [key, row[key] ?? null])))
    await Promise.all([
      compareRows(index, columns, even, {}),
      compareRows(index, columns, even.slice(0, 2), MISSING),
      compareRows(index, columns, rows.slice(0, 3), MISSING, `?columns=${keys.map(quoted).join()}`),
    ])
  }
}, 600_000)

const MISSING = { prefer: 'missing=default' }
const quoted = (name: string) => encodeURIComponent(`"${name.replaceAll('"', '\\"')}"`)

async function compareRows(
  index: number,
  columns: readonly RandomColumn[],
  rows: readonly unknown[],
  headers: Record<string, string>,
  query = '',
): Promise<void> {
  const [one, other] = await Promise.all([
    post(looking, index, rows, headers, query),
    post(leaving, index, rows, headers, query),
  ])
  const declared = columns.map(column => column.declaration)
  const shown = JSON.stringify({ rows, headers, declared, one: one.body, other: other.body })
  expect(one.status, shown).toBe(other.status)
  expect(told(one)?.code, shown).toBe(told(other)?.code)
}

test(`an update is answered as PostgreSQL answers it; seed ${seed}`, async () => {
  for (const [index, columns] of tables.entries()) {
    const rows = fc.sample(randomRow(columns), { seed: seed + 2_000 + index, numRuns: 3 })
    for (const row of rows) {
      const [one, other] = await Promise.all([
        patch(looking, index, row),
        patch(leaving, index, row),
      ])
      const shown = JSON.stringify({ row, one: one.body, other: other.body })
      expect(one.status, shown).toBe(other.status)
      expect(told(one)?.code, shown).toBe(told(other)?.code)
    }
  }
}, 600_000)

function patch(server: TestServer, table: number, row: unknown): Promise<RawResponse> {
  const headers = { 'content-type': 'application/json' }
  return server.get(`/t${table}?id=gt.0`, { method: 'PATCH', headers, body: JSON.stringify(row) })
}
