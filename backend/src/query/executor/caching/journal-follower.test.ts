import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { startFaultProxy } from '../../../../tests/support/fault-proxy.ts'
import { testPool } from '../../../../tests/support/journal.ts'
import {
  journaling,
  journalingAsBefore,
  unjournaling,
  withSession,
} from '../../../../tests/support/journaling.ts'
import { createLogin } from '../../../../tests/support/login.ts'
import { startRedis } from '../../../../tests/support/redis.ts'
import { startReplicated } from '../../../../tests/support/replicated.ts'
import type { JournalEvent } from '../../../capabilities/events/index.ts'
import { createRedis } from '../../../capabilities/redis/index.ts'
import type { DrivenFollower, JournalFollowerSetup } from './follower-setup.ts'
import { createJournalFollower } from './journal-follower.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase(`create table thing (id bigint primary key, note text);
    create table other (id int primary key)`)
})
afterEach(() => database.drop())

const enable = () => journaling(database.url, { schemas: 'all', logins: ['authenticator'] })
const QUICK = { sweepMs: 20, tablesEveryMs: 30 }
const PATIENT = { timeout: 15_000, interval: 10 }

interface Followed {
  readonly follower: DrivenFollower
  readonly events: JournalEvent[]
  /** As `all`, the tag, `<stamp` for all that is older, in their order. */
  readonly flushes: string[]
}

function follow(setup: Partial<JournalFollowerSetup> = {}): Followed {
  const events: JournalEvent[] = []
  const flushes: string[] = []
  const pool = testPool(database.authenticatorUrl)
  const follower = createJournalFollower({
    database: pool,
    onEvents: told => void events.push(...told),
    onFlush: (tag, upTo) => void flushes.push(upTo === undefined ? (tag ?? 'all') : `<${upTo}`),
    options: QUICK,
    login: 'authenticator',
    ...setup,
  })
  onTestFinished(async () => {
    await follower.stop()
    await pool.end()
  })
  return { follower, events, flushes }
}

async function started(setup: Partial<JournalFollowerSetup> = {}): Promise<Followed> {
  const followed = follow(setup)
  await followed.follower.start()
  await expect.poll(() => followed.follower.isJournaled(thing), PATIENT).toBe(true)
  return followed
}

let thing = 0
async function enabled(): Promise<void> {
  await enable()
  thing = await oidOf('thing')
}

async function oidOf(table: string, on: Pick<TestDatabase, 'query'> = database): Promise<number> {
  const [row] = await on.query<{ oid: number }>(`select '${table}'::regclass::oid as oid`)
  return row?.oid ?? 0
}

const ids = (events: readonly JournalEvent[]) => events.map(({ new: row }) => row?.['id'])
const told = (followed: Followed, id: string) =>
  expect.poll(() => ids(followed.events), PATIENT).toContain(id)

test('a journal that is enabled while it looks for one is followed from then on, and changes are told', async () => {
  const followed = follow()
  const { follower, flushes } = followed
  await follower.start()
  expect(follower.status()).toMatchObject({ state: 'absent', journaled: [], horizon: '0' })
  expect(follower.status().reason).toContain('s-tier journal enable')
  expect(follower.wantsOwnChanges).toBe(false)
  await enabled()
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
  expect(follower.wantsOwnChanges).toBe(true)
  expect(flushes[0]).toMatch(/^<\d+$/) // Tables are enabled one by one, and each is told.
  const [row] = await database.query<{ xid: string }>(
    `insert into thing values (1, 'a') returning pg_current_xact_id()::text as xid`,
  )
  await told(followed, '1')
  await expect.poll(() => follower.horizon > BigInt(row?.xid ?? 0), PATIENT).toBe(true)
  expect(follower.status()).toMatchObject({ state: 'following', reason: undefined, events: 1 })
})

test('what is committed here is told at once, and again by the journal', async () => {
  await enabled()
  const { follower, events, flushes } = await started()
  const { cursor } = (await written(1)) as JournalEvent
  const own = { ...EVENT, relation: thing, cursor }
  follower.own({ xid: cursor.xid, events: [own] })
  expect(events.at(-1)).toBe(own)
  await expect.poll(() => events.length, PATIENT).toBe(2)
  expect(follower.status()).toMatchObject({ events: 2, ownEvents: 1 })
  follower.own({ xid: 77n, events: undefined })
  follower.own({ xid: undefined, events: undefined })
  expect(flushes.slice(1)).toEqual(['<77', 'all'])
})

test('a table that is taken out of the journal is not taken for journaled, and what is kept of it is old', async () => {
  await enabled()
  const { follower, flushes } = await started({ options: { ...QUICK, tablesEveryMs: 60_000 } })
  await unjournaling(database.url, ['thing'])
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(false)
  await expect.poll(() => flushes.slice(1), PATIENT).toEqual([String(thing)])
  const other = await oidOf('other')
  await expect.poll(() => follower.isJournaled(other), PATIENT).toBe(true)
  await unjournaling(database.url)
  await expect.poll(() => follower.state, PATIENT).toBe('absent')
  expect(flushes.at(-1)).toBe('all')
  expect(follower.status().journaled).toEqual([])
})

test('a table that was out of the journal for a moment is old, though it is in it at every look', async () => {
  await enabled()
  const { follower, flushes } = await started({ options: { ...QUICK, tablesEveryMs: 60_000 } })
  await unjournaling(database.url, ['thing'])
  await database.query('insert into thing values (1)')
  await enabled()
  await expect.poll(() => flushes, PATIENT).toContain(String(thing))
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
})

test('a trigger that is switched off takes its table out, with a partition too', async () => {
  await database.query(`create table part (id int) partition by list (id);
    create table part_1 partition of part default`)
  await enabled()
  const { follower, flushes } = await started()
  const part = await oidOf('part')
  expect(follower.isJournaled(part)).toBe(true)
  await database.query('alter table thing disable trigger s_tier_journal_update')
  await database.query('alter table part_1 enable trigger s_tier_journal_delete') // No longer always.
  await expect
    .poll(() => [thing, part].some(each => follower.isJournaled(each)), PATIENT)
    .toBe(false)
  const both = [thing, part].map(String).toSorted()
  await expect.poll(() => flushes.slice(1).toSorted(), PATIENT).toEqual(both)
  await database.query('alter table thing enable always trigger s_tier_journal_update')
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
  await expect.poll(() => flushes.filter(flush => flush === String(thing)), PATIENT).toHaveLength(2)
})

test('while nothing is committed nobody asks which tables are journaled, and then at once', async () => {
  await enabled()
  const login = testPool(database.authenticatorUrl)
  onTestFinished(() => login.end())
  let committed: string | undefined
  const asked = { looks: 0, tables: 0 }
  const { follower } = await started({
    database: {
      async query(text, values) {
        const rows = await login.query(text, values)
        if (text.includes('journal_relations()')) asked.tables++
        if (!text.includes('as committed')) return rows
        asked.looks++
        return committed === undefined ? rows : [{ ...rows[0], committed }] // Others write here too.
      },
    },
  })
  const seen = () => ({ ...asked })
  committed = '7:7:'
  await expect.poll(() => seen().looks, PATIENT).toBeGreaterThan(asked.looks + 2)
  const { looks, tables } = seen()
  await database.query('alter table thing disable trigger s_tier_journal_update')
  await expect.poll(() => seen().looks, PATIENT).toBeGreaterThan(looks + 3)
  expect([asked.tables, follower.isJournaled(thing)]).toEqual([tables, true])
  committed = '8:8:'
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(false)
})

test('rows that were rewritten without a trigger, and a partition that was attached, make the table old', async () => {
  await database.query(`create table part (id int) partition by list (id);
    create table part_1 partition of part default; create table loose (id int)`)
  await enabled()
  const { follower, flushes } = await started()
  await database.query('alter table thing alter column note type text using note || id')
  await expect.poll(() => flushes, PATIENT).toContain(String(thing))
  const part = await oidOf('part')
  await database.query('alter table part attach partition loose for values in (1)')
  await expect.poll(() => flushes, PATIENT).toContain(String(part))
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
})

test('after another catalog nothing is taken for journaled before it was looked at', async () => {
  await enabled()
  const { follower, flushes } = await started({ options: { ...QUICK, tablesEveryMs: 60_000 } })
  await database.query('alter table thing disable trigger s_tier_journal_update')
  follower.catalogChanged()
  expect(follower.isJournaled(thing)).toBe(false)
  await expect.poll(() => flushes, PATIENT).toContain(String(thing))
  expect(follower.isJournaled(thing)).toBe(false)
})

test('where events were removed before they were read, all is old', async () => {
  await enabled()
  const followed = await started()
  const { follower, flushes } = followed
  await database.query(
    `insert into s_tier.journal_floor (xid, position) values (pg_current_xact_id(), 1000000)`,
  )
  await expect
    .poll(() => flushes.slice(1), PATIENT)
    .toEqual(['all', expect.stringMatching(/^<\d+$/)])
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
  expect(follower.status().gaps).toBe(1)
  await database.query(`insert into thing values (1, 'a')`)
  await told(followed, '1')
})

test('a database that does not answer is not followed after a while, and afterwards everything is told', async () => {
  await enabled()
  const { port } = new URL(database.url)
  const proxy = await startFaultProxy({ host: '127.0.0.1', port: Number(port) })
  const pool = testPool(proxy.urlFor(database.authenticatorUrl))
  onTestFinished(async () => {
    await proxy.stop()
    await pool.end()
  })
  const options = { ...QUICK, followLagMsMax: 300 }
  const states: string[] = []
  const followed = await started({
    ...{ database: pool, options },
    onEvents: told => {
      states.push(follower.state) // What is kept must not be taken for current yet.
      followed.events.push(...told)
    },
  })
  const { follower, flushes } = followed
  proxy.freeze()
  await expect.poll(() => follower.state, PATIENT).toBe('failing')
  expect(follower.isJournaled(thing)).toBe(false)
  expect(follower.wantsOwnChanges).toBe(true)
  expect(follower.status().reason).toContain('The journal')
  await database.query(`insert into thing values (1, 'a')`)
  await proxy.heal()
  await told(followed, '1')
  expect(states).toEqual(['failing'])
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
  expect(flushes).toHaveLength(1)
})

test('a transaction that holds the journal up is named, and what others commit meanwhile is told all the same', async () => {
  await enabled()
  const followed = await started({ options: { ...QUICK, followLagMsMax: 3_000 } })
  const { follower, flushes } = followed
  await withSession(database.url, async session => {
    await session.query('begin')
    await session.query('create table pending ()')
    const [{ pid, xid } = {}] = await session.query(
      'select pg_backend_pid() as pid, pg_current_xact_id()::text as xid',
    )
    await database.query(`insert into thing values (1, 'a')`)
    // Others may be in the way as well, and are named first.
    await expect.poll(() => follower.status().stall?.processId, PATIENT).toBe(pid)
    await told(followed, '1')
    const other = await openTransaction(2)
    await database.query(`insert into thing values (3, 'c')`)
    await told(followed, '3')
    await other.commit()
    await told(followed, '2')
    await database.query(`insert into thing select i from generate_series(10, 1010) i`)
    const isEmptied = () => followed.events.some(({ kind }) => kind === 'truncate')
    await expect.poll(isEmptied, PATIENT).toBe(true) // As far as anybody is told of so many rows.
    expect(flushes).not.toContain('all')
    expect(follower.isJournaled(thing)).toBe(true)
    expect(follower.horizon <= BigInt(String(xid))).toBe(true)
    await session.query('insert into thing values (9)')
    await session.query('commit')
  })
  await told(followed, '9')
  await expect.poll(() => follower.status().stall, PATIENT).toBeUndefined()
})

test('where nothing can be read ahead, what is held up for long is not taken for current', async () => {
  await enabled()
  const silent: JournalFollowerSetup['database'] = {
    async query(text, values) {
      const rows = await login.query(text, values)
      return text.includes('journal_ahead') ? [{ ...rows[0], seen: null, relation: null }] : rows
    },
  }
  const login = testPool(database.authenticatorUrl)
  onTestFinished(() => login.end())
  const states: string[] = []
  const followed = await started({
    ...{ database: silent, options: { ...QUICK, followLagMsMax: 200 } },
    onEvents: told => {
      states.push(follower.state)
      followed.events.push(...told)
    },
  })
  const { follower } = followed
  await withSession(database.url, async session => {
    await session.query('begin')
    await session.query('create table pending ()')
    const [{ pid } = {}] = await session.query('select pg_backend_pid() as pid')
    await database.query(`insert into thing values (1, 'a')`)
    await expect.poll(() => follower.status().stall?.processId, PATIENT).toBe(pid)
    await expect.poll(() => follower.state, PATIENT).toBe('failing')
    expect(follower.status().reason).toContain(`process ${String(pid)}`)
    expect(followed.events).toEqual([])
    await session.query('commit')
  })
  await told(followed, '1')
  expect(states).toEqual(['failing'])
  await expect.poll(() => follower.state, PATIENT).toBe('following')
})

test('a commit in one process wakes the others over Redis', async () => {
  await enabled()
  const server = await startRedis()
  const redis = createRedis({ url: server.url })
  onTestFinished(async () => {
    await redis.close()
    await server.stop()
  })
  const options = { sweepMs: 3_600_000, tablesEveryMs: 3_600_000, followLagMsMax: 3_600_000 }
  const one = await started({ redis, options })
  const other = await started({ redis, options })
  const event = await written(1)
  const hint = () => one.follower.own({ xid: event?.cursor.xid, events: event && [event] })
  await expect
    .poll(() => {
      hint() // The other one may not have subscribed yet.
      return ids(other.events)
    }, PATIENT)
    .toContain('1')
})

test('a login without the rights is told what to do, and may follow when that was done', async () => {
  const login = await createLogin()
  const pool = testPool(login.urlOf(database))
  onTestFinished(async () => {
    await pool.end()
    await login.drop()
  })
  await enabled()
  const { follower } = follow({ database: pool, login: login.role })
  await follower.start()
  expect(follower.state).toBe('absent')
  expect(follower.status().reason).toContain(`--for ${login.role}`)
  await journaling(database.url, { logins: [login.role] })
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
})

test('a journal of an older version is followed once it has been brought up to date', async () => {
  await journalingAsBefore(database.url, 'authenticator')
  const { follower } = follow()
  await follower.start()
  expect(follower.status()).toMatchObject({ state: 'absent' })
  expect(follower.status().reason).toContain('older version')
  await enabled()
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
})

test('without a database there is nothing to follow', async () => {
  const { follower } = follow({ database: undefined })
  await follower.start()
  expect(follower.status()).toMatchObject({ state: 'absent', reason: expect.any(String) })
})

test('a replica that takes over has another history: all is old, and its journal is followed', async () => {
  const cluster = await startReplicated({ standbys: 1 })
  onTestFinished(() => cluster.stop())
  const { primary, standbys } = cluster
  const [standby] = standbys
  await primary.query('create table thing (id bigint primary key, note text)')
  await journaling(primary.url, { schemas: 'all', logins: ['authenticator'] })
  thing = await oidOf('thing', primary)
  const pools = [primary, standby].map(node => testPool(node?.authenticatorUrl ?? ''))
  let [now] = pools
  const followed = await started({
    database: { query: async (text, values) => (await now?.query(text, values)) ?? [] },
  })
  const { follower, flushes } = followed
  await standby?.caughtUp(await primary.lsn())
  await primary.kill()
  await standby?.promote()
  now = pools[1]
  await expect.poll(() => flushes.slice(1), PATIENT).toEqual(['all', expect.stringMatching(/^</)])
  await standby?.query(`insert into thing values (1, 'a')`)
  await told(followed, '1')
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
  follower.primaryChanged()
  expect(follower.isJournaled(thing)).toBe(false)
  await expect.poll(() => follower.isJournaled(thing), PATIENT).toBe(true)
  expect(flushes.slice(3)).toEqual(['all', expect.stringMatching(/^</)])
  await Promise.all(pools.map(pool => pool.end()))
})

const EVENT: Omit<JournalEvent, 'cursor' | 'relation'> = {
  ...{ kind: 'insert', schema: 'public', table: 'thing', at: 0, key: { id: '1' }, old: undefined },
  ...{ new: { id: '1', note: null }, role: undefined, claims: undefined, requestId: undefined },
  trace: undefined,
}

/** One that has written a row and not ended. */
async function openTransaction(id: number): Promise<{ commit(): Promise<void> }> {
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(`begin; insert into thing values (${id})`)
  return {
    async commit() {
      await client.query('commit')
      await client.end()
    },
  }
}

/** A row of `thing`, as its event. */
async function written(id: number): Promise<JournalEvent | undefined> {
  await database.query(`insert into thing values (${id})`)
  const [row] = await database.query<{ xid: string; position: string }>(
    'select xid::text, position::text from s_tier.journal order by xid desc limit 1',
  )
  if (row === undefined) return undefined
  const cursor = { xid: BigInt(row.xid), position: BigInt(row.position) }
  return { ...EVENT, relation: thing, cursor }
}
