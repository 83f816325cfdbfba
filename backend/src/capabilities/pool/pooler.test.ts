import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { pgBouncerPath, startPgBouncer } from '../../../tests/support/pooler.ts'
import type { PoolEvent } from './events.ts'
import { createPool } from './pool.ts'
import type { Step } from './steps.ts'
import { parseTarget } from './target.ts'
import { startMultiplexer } from '../../../tests/support/pool/multiplexer.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase('create table thing (id int)')
})
afterAll(() => database.drop())

function open(url: string, options: { prepare?: boolean } = {}) {
  const events: PoolEvent[] = []
  const observe = (event: PoolEvent) => void events.push(event)
  const pool = createPool({ target: parseTarget(url, {}), sizeMax: 2, observe, ...options })
  onTestFinished(() => pool.end(1_000).then(() => undefined))
  const kinds = () => events.map(({ kind }) => kind)
  return { pool, events, kinds }
}

/** The same shapes again and again, as a server has them. */
function shape(number: number): Step {
  return {
    text: `select $1::int + ${number}`,
    name: `shape ${number}`,
    values: ['1'],
    discard: false,
  }
}

async function runShapes(pool: ReturnType<typeof open>['pool'], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const batches = [0, 1, 2].map(number =>
      pool.use(connection => connection.batch([shape(number), shape(number + 1)]), {
        leavesNoTrace: true,
      }),
    )
    for (const [number, results] of (await Promise.all(batches)).entries()) {
      expect(results).toEqual([[[String(number + 1)]], [[String(number + 2)]]])
    }
  }
}

async function startBehind(serverConnections: number): Promise<string> {
  const multiplexer = await startMultiplexer(database.url, serverConnections)
  onTestFinished(() => multiplexer.stop())
  const url = new URL(database.url)
  url.hostname = '127.0.0.1'
  url.port = String(multiplexer.port)
  return url.href
}

test('a pooler in transaction mode is noticed once, and statements are not prepared any more', async () => {
  const { pool, events, kinds } = open(await startBehind(3))
  // Which server connection is free is a matter of luck; while it is always the same, nothing can be noticed.
  for (let tries = 0; tries < 50 && pool.stats().isPreparing; tries++) await runShapes(pool, 20)
  expect(kinds().filter(kind => kind === 'pool.pooler-detected')).toHaveLength(1)
  expect(events).toContainEqual({ kind: 'pool.pooler-detected', evidence: 'other-backend' })
  expect(pool.stats()).toMatchObject({ isPreparing: false, poolerDetected: 'other-backend' })
  await runShapes(pool, 20)
})

test('behind a pooler, told so, nothing is prepared and nothing is noticed', async () => {
  const { pool, kinds } = open(await startBehind(3), { prepare: false })
  await runShapes(pool, 20)
  expect(kinds()).not.toContain('pool.pooler-detected')
})

test('a session is not taken for a pooler because somebody has deallocated its statements', async () => {
  const { pool, kinds } = open(database.url)
  const deallocate: Step = { text: 'deallocate all', name: '', values: [], discard: true }
  for (let round = 0; round < 3; round++) {
    await runShapes(pool, 2)
    await pool.use(connection => connection.batch([deallocate]))
  }
  await runShapes(pool, 2)
  expect(kinds()).not.toContain('pool.pooler-detected')
  expect(pool.stats()).toMatchObject({ isPreparing: true, poolerDetected: undefined })
})

test('statements that are lost all the time are not prepared any more', async () => {
  const { pool, kinds } = open(database.url)
  const deallocate: Step = { text: 'deallocate all', name: '', values: [], discard: true }
  for (let round = 0; round < 60; round++) {
    await pool.use(async connection => {
      await connection.batch([shape(1)])
      await connection.batch([deallocate])
    })
  }
  expect(kinds().filter(kind => kind === 'pool.pooler-detected')).toHaveLength(1)
  expect(pool.stats()).toMatchObject({ isPreparing: false, poolerDetected: 'lost-statements' })
})

async function startBouncer(mode: 'session' | 'transaction'): Promise<string> {
  const { hostname, port } = new URL(database.url)
  const target = { host: hostname, port: Number(port) }
  const bouncer = await startPgBouncer({ target, mode, size: 3 })
  onTestFinished(() => bouncer.stop())
  return bouncer.urlFor(database.url)
}

const withBouncer = test.skipIf(pgBouncerPath === undefined)

withBouncer('PgBouncer in transaction mode is noticed, and nobody gets an error', async () => {
  const url = await startBouncer('transaction')
  const first = open(url) // Two servers behind one PgBouncer, as in a fleet.
  const second = open(url)
  await runShapes(first.pool, 10)
  await runShapes(second.pool, 10)
  await Promise.all([runShapes(first.pool, 10), runShapes(second.pool, 10)])
  expect(second.kinds().filter(kind => kind === 'pool.pooler-detected')).toHaveLength(1)
  expect(second.pool.stats()).toMatchObject({ isPreparing: false, poolerDetected: 'other-backend' })
})

withBouncer('PgBouncer in session mode keeps prepared statements, so they are used', async () => {
  const { pool } = open(await startBouncer('session'))
  await runShapes(pool, 20)
  expect(pool.stats()).toMatchObject({ isPreparing: true, poolerDetected: undefined })
})
