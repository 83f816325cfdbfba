import pg from 'pg'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { createDatabase } from '../../../../tests/support/database.ts'
import { journaling } from '../../../../tests/support/journaling.ts'
import { type LogicalServer, startLogical } from '../../../../tests/support/logical.ts'
import { createTableSource } from '../table-source.ts'
import { createPublication } from '../wal/publication.ts'
import { createSlot } from '../wal/slot.ts'
import { createWalSource } from '../wal/source.ts'
import { SOURCE_CONTRACT, type SourceHarness } from './source-contract.ts'

/** Rows of the huge transaction; 100,000 take a few seconds. */
const hugeRows = Number(process.env['STIER_JOURNAL_HUGE'] ?? 10_000)

describe('the log', () => {
  let server: LogicalServer
  beforeAll(async () => {
    server = await startLogical()
  })
  afterAll(() => server.stop())

  test.each(SOURCE_CONTRACT.map(each => [each.name, each.check] as const))(
    '%s',
    async (_, check) => {
      const database = await server.createDatabase()
      const { name, query, connect } = database
      const harness: SourceHarness = {
        hugeRows,
        query,
        session: async () => queryableOf(await database.client()),
        async follow(tables) {
          const named = tables.map(table => ({ schema: 'public', table }))
          await createPublication(database, name, named)
          await createSlot(database, name)
        },
        open: async () => createWalSource({ connect, database, slot: name, publication: name }),
        async interrupt() {
          await query(`select pg_terminate_backend(active_pid, 5000) from pg_replication_slots
          where slot_name = '${name}' and active_pid is not null`)
        },
      }
      await check(harness)
    },
  )
})

describe('the table', () => {
  test.each(SOURCE_CONTRACT.map(each => [each.name, each.check] as const))(
    '%s',
    async (_, check) => {
      const database = await createDatabase()
      const clients: pg.Client[] = []
      let pool = new pg.Pool()
      const harness: SourceHarness = {
        hugeRows,
        query: (text, values) => database.query(text, values && [...values]),
        async session() {
          const client = new pg.Client(database.url)
          await client.connect()
          clients.push(client)
          return queryableOf(client)
        },
        async follow(tables) {
          await journaling(database.url, { tables: tables.map(table => `public.${table}`) })
        },
        async open() {
          await pool.end()
          pool = new pg.Pool({ connectionString: database.url, application_name: 'source' })
          pool.on('error', () => undefined)
          return createTableSource({ database: queryableOf(pool) })
        },
        async interrupt() {
          await database.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where application_name = 'source' and datname = '${database.name}'`)
        },
      }
      try {
        await check(harness)
      } finally {
        await Promise.all([pool.end(), ...clients.map(client => client.end())])
        await database.drop()
      }
    },
  )
})

function queryableOf(client: pg.Client | pg.Pool) {
  return {
    query: async (text: string, values?: readonly unknown[]) =>
      (await client.query<Record<string, unknown>>(text, values && [...values])).rows,
  }
}
