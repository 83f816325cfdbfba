import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createListener, type Pool, parseTarget } from '../../capabilities/pool/index.ts'
import type { CatalogEvent } from './events.ts'
import { type CatalogKeeper, type CatalogKeeperParts, createCatalogKeeper } from './keeper.ts'
import { poolFor } from '../../../tests/support/catalog-of.ts'
import { createLogin, type Login } from '../../../tests/support/login.ts'
import { relationKey } from './types.ts'

let login: Login
let database: TestDatabase
let pool: Pool
let events: CatalogEvent[]
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  login = await createLogin()
})
afterAll(() => login.drop())
beforeEach(async () => {
  events = []
  database = await createDatabase('create table t (a int)')
  pool = poolFor(login.urlOf(database))
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  await pool.end(1_000)
  await database.drop()
})

async function keep(parts: Partial<CatalogKeeperParts> = {}): Promise<CatalogKeeper> {
  const keeper = await createCatalogKeeper({
    withConnection: work => pool.use(work),
    observe: event => events.push(event),
    options: { checkEveryMs: 0 },
    ...parts,
  })
  open.push(keeper)
  return keeper
}

/** Time that stands until the test moves it; what is due is started, not awaited. */
function standingClock() {
  let pending: { at: number; callback: () => void }[] = []
  let now = 0
  return {
    now: () => now,
    epochMs: () => now,
    after(delayMs: number, callback: () => void) {
      const entry = { at: now + delayMs, callback }
      pending.push(entry)
      return () => {
        pending = pending.filter(other => other !== entry)
      }
    },
    advance(byMs: number) {
      now += byMs
      const due = pending.filter(entry => entry.at <= now)
      pending = pending.filter(entry => entry.at > now)
      for (const entry of due) entry.callback()
    },
    pauses: () => pending.map(entry => entry.at - now),
  }
}

const has = (keeper: CatalogKeeper, name: string) =>
  keeper.current().relations.has(relationKey('public', name))
const until = (condition: () => boolean) => expect.poll(condition, { timeout: 10_000 }).toBe(true)
const failures = () => events.filter(event => event.kind === 'catalog.load-failed')

test('the first catalog is there at once, and told with its counts', async () => {
  const keeper = await keep()
  expect(has(keeper, 't')).toBe(true)
  expect(events).toEqual([
    {
      kind: 'catalog.loaded',
      changed: true,
      durationMs: expect.any(Number),
      counts: { relations: 1, relationships: 0, routines: 0 },
    },
  ])
})

test("a first catalog that cannot be read is the caller's error", async () => {
  await expect(keep({ options: { schemas: ['nowhere'] } })).rejects.toMatchObject({ code: 'ST202' })
})

test('a reload without a difference keeps the very same catalog', async () => {
  const keeper = await keep()
  const before = keeper.current()
  expect(await keeper.reload()).toBe(true)
  expect(keeper.current()).toBe(before)
  await database.query('create table u (a int)')
  expect(await keeper.reload()).toBe(true)
  expect(keeper.current()).not.toBe(before)
  expect(before.relations.size).toBe(1) // Whoever holds it keeps what it began with.
  expect(events.map(event => event.kind === 'catalog.loaded' && event.changed)).toEqual([
    true,
    false,
    true,
  ])
})

test('reloads asked for together are two readings at most', async () => {
  const keeper = await keep()
  await Promise.all([keeper.reload(), keeper.reload(), keeper.reload(), keeper.reload()])
  expect(events).toHaveLength(3)
})

test('a changed definition is noticed by itself', async () => {
  const keeper = await keep({ options: { checkEveryMs: 20 } })
  await database.query('create table noticed (a int)')
  await until(() => has(keeper, 'noticed'))
})

test('a failed reload keeps the old catalog and is tried again after growing pauses', async () => {
  const clock = standingClock()
  const keeper = await keep({ clock, options: { schemas: ['public'], checkEveryMs: 1_000 } })
  await database.query('alter schema public rename to away')
  expect(await keeper.reload()).toBe(false)
  expect(has(keeper, 't')).toBe(true)
  expect(failures()).toMatchObject([{ error: { code: 'ST202' }, retryInMs: 500 }])
  clock.advance(500)
  await until(() => failures().length === 2)
  expect(failures()[1]).toMatchObject({ retryInMs: 1_000 })
  await database.query('alter schema away rename to public; create table back (a int)')
  clock.advance(1_000) // Retries, and looks at the definitions: the look leaves it to the retry.
  await until(() => has(keeper, 'back'))
})

test('a look that fails is told once', async () => {
  const clock = standingClock()
  let isDown = false
  const keeper = await keep({
    clock,
    options: { checkEveryMs: 100 },
    withConnection: work => (isDown ? Promise.reject(new Error('down')) : pool.use(work)),
  })
  const look = async () => {
    await until(() => clock.pauses().length === 1)
    clock.advance(100)
    await until(() => clock.pauses().length === 1)
  }
  const told = () => events.filter(event => event.kind === 'catalog.check-failed').length
  isDown = true
  await look()
  await look()
  expect(told()).toBe(1)
  isDown = false
  await look()
  isDown = true
  await look()
  expect(told()).toBe(2)
  expect(has(keeper, 't')).toBe(true)
})

test('notifications reload the schema or the configuration', async () => {
  let configs = 0
  const listener = createListener({ target: parseTarget(login.urlOf(database)) })
  open.push({ close: () => listener.stop() })
  const keeper = await keep({ listener, onReloadConfig: () => configs++ })
  expect(events.at(-1)).toEqual({ kind: 'catalog.listening', channel: 'pgrst' })
  await database.query('create table heard (a int)')
  await expect
    .poll(
      async () => {
        await database.query("notify pgrst, 'reload schema'")
        return has(keeper, 'heard')
      },
      { timeout: 10_000 },
    )
    .toBe(true)
  await database.query("notify pgrst, 'something else'")
  await database.query("notify pgrst, 'reload config'")
  await until(() => configs === 1)
})

test('closing waits for what is under way and looks no more', async () => {
  const clock = standingClock()
  const keeper = await keep({ clock, options: { checkEveryMs: 100 } })
  const reload = keeper.reload()
  clock.advance(100)
  await keeper.close()
  expect(await reload).toBe(true)
  expect(clock.pauses()).toEqual([])
})
