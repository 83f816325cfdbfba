import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { pgBouncerPath, startPgBouncer } from '../../../../tests/support/pooler.ts'
import { parseTarget } from '../target.ts'
import { createAdvisoryLockRegistry } from './advisory-lock-registry.ts'
import { askCapacity, totalOf } from './capacity.ts'
import { BudgetImpossibleError, RegistryLostError } from './errors.ts'
import { SLOT_CLASS } from './lock-state.ts'
import type { BudgetClaim } from './registry.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
  await database.query(
    `alter database ${database.name} connection limit 60;
     create role budget_limited login connection limit 20`,
  )
})
afterAll(async () => {
  await database.drop()
  const client = new pg.Client(database.url.replace(database.name, 'postgres'))
  await client.connect()
  await client.query('drop role budget_limited')
  await client.end()
})

const TOTAL = 54
const claim: BudgetClaim = { held: 0, wanted: 20, floor: 1, limit: 0, safe: 5 }

function join(overhead = 0, url = database.authenticatorUrl) {
  const target = parseTarget(url, {})
  const registry = createAdvisoryLockRegistry({ target, share: 0.9, overhead })
  onTestFinished(() => registry.leave())
  return registry
}

async function slotsHeld(): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `select count(*)::int as count from pg_locks
     where locktype = 'advisory' and classid::bigint = ${SLOT_CLASS}
       and database = (select oid from pg_database where datname = current_database())`,
  )
  return row?.count ?? 0
}

test('the total is the share of what server, role and database allow', async () => {
  const capacity = await askCapacity(parseTarget(database.url, {}), 5_000)
  expect(capacity.allowed).toBe(60)
  expect(capacity.usable).toBeGreaterThan(60)
  expect(totalOf(capacity, 0.9)).toBe(TOTAL)
  const url = database.authenticatorUrl.replace('authenticator', 'budget_limited')
  expect(await join(0, url).renew(claim)).toMatchObject({ granted: 18, total: 18, members: 1 })
})

test('one lock for each connection, given back when not wanted, and gone with the session', async () => {
  const registry = join(3)
  expect(await registry.renew(claim)).toEqual({ granted: 20, total: TOTAL, members: 1 })
  expect(await slotsHeld()).toBe(23)
  expect(await registry.renew({ ...claim, wanted: 5 })).toMatchObject({ granted: 5 })
  expect(await slotsHeld()).toBe(8)
  expect(await registry.renew({ ...claim, wanted: 100 })).toMatchObject({ granted: 51 })
  await registry.leave()
  await expect.poll(slotsHeld, { timeout: 20_000 }).toBe(0)
})

test('however often it takes and gives back, it has as many locks as it says', async () => {
  const registry = join()
  for (const wanted of [10, 25, 40, 54, 30, 45, 12, 54, 3]) {
    expect(await registry.renew({ ...claim, wanted })).toMatchObject({ granted: wanted })
    expect(await slotsHeld()).toBe(wanted)
  }
})

test('what is open is not given back before it is closed', async () => {
  const registry = join()
  await registry.renew(claim)
  await registry.renew({ ...claim, held: 12, wanted: 4 })
  expect(await slotsHeld()).toBe(12)
  await registry.renew({ ...claim, held: 4, wanted: 4 })
  expect(await slotsHeld()).toBe(4)
})

test('a hot process has what others leave; a hungry one gets its part when that is closed', async () => {
  const [hot, other] = [join(), join()]
  expect(await hot.renew({ ...claim, wanted: 100 })).toMatchObject({ granted: 54 })
  expect(await other.renew({ ...claim, wanted: 100 })).toMatchObject({ granted: 0, members: 2 })
  const busy = { ...claim, wanted: 100, held: 50, limit: 54 }
  expect(await hot.renew(busy)).toMatchObject({ granted: 27 })
  expect(await other.renew({ ...claim, wanted: 100 })).toMatchObject({ granted: 4 })
  expect(await hot.renew({ ...busy, held: 27 })).toMatchObject({ granted: 27 })
  expect(await other.renew({ ...claim, wanted: 100 })).toMatchObject({ granted: 27 })
  await hot.leave()
  await expect.poll(slotsHeld, { timeout: 20_000 }).toBe(27)
  expect(await other.renew({ ...claim, wanted: 100 })).toMatchObject({ granted: 54, members: 1 })
})

test('a lost session is told at once, and its slots are taken again', async () => {
  const registry = join()
  const lost: Error[] = []
  registry.onLost?.(error => lost.push(error))
  await registry.renew(claim)
  await database.query(
    `select pg_terminate_backend(pid) from pg_locks
     where locktype = 'advisory' and classid::bigint = ${SLOT_CLASS}
       and database = (select oid from pg_database where datname = current_database())`,
  )
  await expect.poll(() => lost, { timeout: 20_000 }).toHaveLength(1)
  expect(lost[0]).toBeInstanceOf(RegistryLostError)
  await expect.poll(slotsHeld, { timeout: 20_000 }).toBe(0)
  expect(await registry.renew({ ...claim, held: 20 })).toMatchObject({ granted: 20 })
})

test('a server that cannot be reached says so', async () => {
  const target = parseTarget('postgres://nobody@127.0.0.1:1/none', {})
  const registry = createAdvisoryLockRegistry({ target, share: 0.9 })
  await expect(registry.renew(claim)).rejects.toBeInstanceOf(RegistryLostError)
  await registry.leave()
})

test('nothing is written into the database', async () => {
  const registry = join()
  const changes = () =>
    database.query(
      `select n_tup_ins, n_tup_upd, n_tup_del from pg_stat_xact_all_tables
       union all select count(*), 0, 0 from pg_class`,
    )
  const before = await changes()
  await registry.renew(claim)
  await registry.renew({ ...claim, wanted: 3 })
  expect(await changes()).toEqual(before)
})

test.skipIf(pgBouncerPath === undefined)('behind a pooler it is not possible', async () => {
  const { hostname: host, port } = new URL(database.url)
  const pooler = await startPgBouncer({ target: { host, port: Number(port) } })
  onTestFinished(pooler.stop)
  const registry = join(0, pooler.urlFor(database.authenticatorUrl))
  const error: unknown = await registry.renew(claim).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(BudgetImpossibleError)
  expect(error).toMatchObject({ code: 'ST519', total: TOTAL })
})
