import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { testPool } from '../../../../tests/support/journal.ts'
import { journaling, unjournaling, withSession } from '../../../../tests/support/journaling.ts'
import { systemClock } from '../../../base/index.ts'
import type { RetentionEvent } from './events.ts'
import { createRetention, maintainJournal } from './retention.ts'

const DAY_MS = 86_400_000
const MANY = 1e12

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('create table notes (id int)')
})
beforeEach(async () => {
  await unjournaling(database.url)
  await journaling(database.url, { tables: ['notes'], logins: ['authenticator'] })
})
afterAll(() => database.drop())

/** The day so many days before today, or after, as PostgreSQL has it. */
function day(offset: number, form = 'YYYY_MM_DD'): Promise<string> {
  return database
    .query<{ day: string }>(
      `select to_char((now() at time zone 'UTC')::date + $1::int, $2) as day`,
      [offset, form],
    )
    .then(rows => rows[0]?.day ?? '')
}

/** Events of an old day, each in a transaction of its own; `s_tier.journal_rest` takes them where the day has no place. */
async function write(offset: number, events: number, hasPlace = true): Promise<void> {
  if (hasPlace) {
    await database.query(
      `select s_tier.journal_make_day((now() at time zone 'UTC')::date + $1::int)`,
      [offset],
    )
  }
  for (let count = 0; count < events; count++) {
    await database.query(
      `insert into s_tier.journal (day, at, relation, schema_name, table_name, kind)
        values ((now() at time zone 'UTC')::date + $1::int, now(), 1, 'public', 'notes', 't')`,
      [offset],
    )
  }
}

async function daysThere(): Promise<string[]> {
  const rows = await database.query<{ part: string }>(
    `select part::text from s_tier.journal_days() order by 1`,
  )
  return rows.map(({ part }) => part)
}

async function left(): Promise<number> {
  const rows = await database.query('select from s_tier.journal')
  return rows.length
}

test('a place is made for today and a week, and again when days have passed', async () => {
  const ahead = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(offset => day(offset)))
  const places = [...ahead.map(each => `s_tier.journal_${each}`), 's_tier.journal_rest']
  expect(await daysThere()).toEqual(places)
  await database.query(`drop table s_tier.journal_${ahead[6]}, s_tier.journal_${ahead[7]}`)
  const made = [await day(6, 'YYYY-MM-DD'), await day(7, 'YYYY-MM-DD')]
  expect(await maintainJournal(database)).toMatchObject({ made, dropped: [], passed: [] })
  expect(await maintainJournal(database)).toMatchObject({ made: [] })
  expect(await daysThere()).toEqual(places)
})

test('a day that nobody made a place for is kept in the rest, and never gets one', async () => {
  await write(8, 1, false)
  await write(-1, 1, false)
  expect(await maintainJournal(database, { daysAhead: 9 })).toMatchObject({
    made: [await day(9, 'YYYY-MM-DD')],
    dropped: [],
  })
  expect(await left()).toBe(2)
  expect(await maintainJournal(database, { keepMs: 0 })).toMatchObject({
    dropped: [{ part: 's_tier.journal_rest' }],
  })
  expect(await left()).toBe(1) // That of a day to come.
})

test('days past the age go, and with them the floor rises; readers that had not seen them are named', async () => {
  await write(-3, 2)
  await write(-2, 2)
  await write(0, 2)
  await database.query(`
    insert into s_tier.journal_readers (name, xid, position, holder, held_until)
    select name, xid, position, 'h', now() from (
      select 'behind' as name, '5'::xid8 as xid, 0 as position
      union all (select 'between', xid, position from s_tier.journal order by position offset 1 limit 1)
      union all (select 'after', xid, position from s_tier.journal order by position offset 3 limit 1)) r`)
  const [third, second] = [await day(-3), await day(-2)]
  const done = await maintainJournal(database, { keepMs: DAY_MS })
  expect(done).toMatchObject({
    dropped: [{ part: `s_tier.journal_${third}` }, { part: `s_tier.journal_${second}` }],
    passed: [
      { reader: 'behind', part: `s_tier.journal_${third}` },
      { reader: 'between', part: `s_tier.journal_${second}` },
    ],
  })
  expect(await left()).toBe(2)
  const [floor] = await database.query(`
    select (f.xid, f.position) = (r.xid, r.position) as is_last
    from s_tier.journal_floor f, s_tier.journal_readers r where r.name = 'after'`)
  expect(floor).toEqual({ is_last: true })
  expect(await daysThere()).not.toContain(`s_tier.journal_${second}`)
  expect(await maintainJournal(database, { keepMs: DAY_MS })).toMatchObject({
    dropped: [],
    passed: [],
  })
})

test('a day of which a moment is young enough stays', async () => {
  await write(-1, 1)
  expect(await maintainJournal(database, { keepMs: DAY_MS })).toMatchObject({ dropped: [] })
  expect(await maintainJournal(database, { keepMs: 0 })).toMatchObject({ dropped: [{}] })
})

test('past the size the oldest days go, as few as possible, and never today', async () => {
  await write(-2, 1)
  await write(-1, 1)
  await write(0, 1)
  const [size] = await database.query<{ total: number }>(
    'select sum(bytes)::float8 as total from s_tier.journal_days()',
  )
  const oldest = { part: `s_tier.journal_${await day(-2)}`, bytes: expect.any(Number) }
  expect(
    await maintainJournal(database, { keepMs: MANY, keepBytes: (size?.total ?? 0) - 1 }),
  ).toMatchObject({
    dropped: [oldest],
    tooLarge: undefined,
  })
  const rest = await maintainJournal(database, { keepMs: MANY, keepBytes: 1 })
  expect(rest).toMatchObject({ dropped: [{}], tooLarge: expect.any(Number) })
  expect(await left()).toBe(1)
})

test('of several processes one does it; a server that logs in as a user may', async () => {
  await withSession(database.authenticatorUrl, async login => {
    await withSession(database.url, async other => {
      await other.query('begin; select pg_advisory_xact_lock(2059321774, 1)')
      expect(await maintainJournal(login)).toMatchObject({ isBusy: true })
      await other.query('commit')
    })
    await write(-2, 1)
    expect(await maintainJournal(login, { keepMs: 0 })).toMatchObject({
      isBusy: false,
      dropped: [{}],
    })
  })
})

test('a day that somebody still writes to stays; one that others write beside is emptied and goes later', async () => {
  await write(-2, 1)
  const part = `s_tier.journal_${await day(-2)}`
  await withSession(database.url, async writer => {
    await writer.query('begin')
    await writer.query(`insert into ${part} select * from ${part}`)
    expect(await maintainJournal(database, { keepMs: 0 })).toMatchObject({ dropped: [] })
    await writer.query('rollback; begin; insert into notes values (1)')
    expect(await maintainJournal(database, { keepMs: 0 })).toMatchObject({ dropped: [{ part }] })
    expect(await daysThere()).toContain(part)
    await writer.query('commit')
  })
  expect(await left()).toBe(1)
  expect(await maintainJournal(database, { keepMs: 0 })).toMatchObject({ dropped: [] })
  expect(await daysThere()).not.toContain(part)
})

test('options that cannot be are refused', async () => {
  await expect(maintainJournal(database, { daysAhead: 0 })).rejects.toMatchObject({ code: 'ST001' })
})

test('retention looks after it at once, then at intervals, and tells what it did and what failed', async () => {
  await write(-2, 1)
  await database.query(
    `insert into s_tier.journal_readers (name, xid, position, holder, held_until) values ('r', '5', 0, 'h', now())`,
  )
  const clock = fakeClock()
  const told: RetentionEvent[] = []
  let asked = 0
  let fails = false
  const retention = createRetention({
    clock,
    observe: event => void told.push(event),
    options: { keepMs: 0, keepBytes: 1, everyMs: 1_000 },
    database: {
      query: async (text, values) => {
        asked++
        if (fails) throw new Error('gone')
        return database.query(text, values && [...values])
      },
    },
  })
  retention.start()
  retention.start()
  await until(() => told.length >= 3)
  const part = `s_tier.journal_${await day(-2)}`
  expect(told).toEqual([
    { kind: 'journal.dropped', part, bytes: expect.any(Number) },
    { kind: 'journal.reader-passed', reader: 'r', part },
    { kind: 'journal.too-large', bytes: expect.any(Number), bytesMax: 1 },
  ])
  fails = true
  await until(() => {
    clock.advance(1_000)
    return told.length >= 4
  })
  expect(told.at(-1)).toMatchObject({ kind: 'journal.maintain-failed' })
  await retention.stop()
  const before = asked
  clock.advance(10_000)
  expect(asked).toBe(before)
})

test('where there need be no journal nothing is done or said until there is one that may be looked after', async () => {
  const clock = fakeClock()
  const told: RetentionEvent[] = []
  let looks = 0
  const login = testPool(database.authenticatorUrl)
  onTestFinished(() => login.end())
  const retention = createRetention({
    clock,
    observe: event => void told.push(event),
    options: { everyMs: 1_000 },
    isOptional: true,
    database: {
      async query(text, values) {
        const rows = await login.query(text, values)
        if (text.includes('pg_proc')) looks++
        return rows
      },
    },
  })
  onTestFinished(() => retention.stop())
  const look = async (): Promise<void> => {
    const seen = looks
    await until(() => {
      clock.advance(1_000)
      return looks > seen + 1
    })
  }
  await unjournaling(database.url)
  retention.start()
  await look() // There is none.
  await journaling(database.url, { tables: ['notes'], logins: [] })
  await database.query(`drop table s_tier.journal_${await day(7)}`)
  await look() // It is not for this login.
  expect(await daysThere()).not.toContain(`s_tier.journal_${await day(7)}`)
  await journaling(database.url, { tables: [], logins: ['authenticator'] })
  await database.query(`drop table if exists s_tier.journal_${await day(7)}`)
  const last = `s_tier.journal_${await day(7)}`
  await expect
    .poll(async () => {
      clock.advance(1_000)
      return daysThere()
    })
    .toContain(last)
  expect(told).toEqual([])
})

/** Waits for a condition. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>(resolve => void systemClock.after(5, resolve))
}
