import { Agent } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type RawRequest, type RawResponse, send } from '../support/http-client.ts'
import { startServer, type TestServer } from '../support/server.ts'

// Many writers at once on the same tables: what was acknowledged is there, once; what was refused is not.

const WRITERS = 64
/** Writes of one writer in one test. */
const EACH = 12
const SLOTS = 20

const SCHEMA = `
  create table entries (id text primary key, writer int not null);
  create table counters (name text primary key, value int not null default 0);
  create table slots (key int primary key, value text not null);
  create table tickets (id int primary key);
  create function bump(counter text) returns int language sql volatile
    as $$ update counters set value = value + 1 where name = counter returning value $$;
  create function transfer(source text, target text) returns void language sql volatile as $$
    update counters set value = value + (name = target)::int - (name = source)::int
    where name in (select name from counters where name in (source, target) order by name for update)
  $$;
  create function cross_over(one text, other text) returns void language plpgsql volatile as $$
    begin
      update counters set value = value + 1 where name = one;
      perform pg_sleep(0.3);
      update counters set value = value + 1 where name = other;
    end
  $$;
  insert into counters select name, 0 from unnest('{called,compared,left,right,here,there}'::text[]) name;
  insert into tickets select generate_series(1, ${WRITERS});
  grant all on all tables in schema public to anon;
`

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
  server = await startServer(database.authenticatorUrl)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const agent = new Agent({ keepAlive: true, maxSockets: WRITERS })
afterAll(() => agent.destroy())

type Write = Pick<RawRequest, 'method' | 'target'> & {
  readonly json?: unknown
  readonly prefer?: string
  readonly signal?: AbortSignal
}

function write({ json, prefer, signal, ...request }: Write): Promise<RawResponse> {
  const headers = { 'content-type': 'application/json', ...(prefer !== undefined && { prefer }) }
  const body = json === undefined ? undefined : JSON.stringify(json)
  return send(server.address, { ...request, headers, body, ...(signal && { signal }) }, agent)
}

/** All writers at once, each with its own things to do one after another. */
async function atOnce(work: (writer: number, turn: number) => Promise<void>): Promise<void> {
  const turns = Array.from({ length: EACH }, (_, turn) => turn)
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (const turn of turns) await work(writer, turn)
    }),
  )
}

async function values<T>(sql: string): Promise<readonly T[]> {
  return (await database.query<{ value: T }>(sql)).map(({ value }) => value)
}

const counter = async (name: string) =>
  (await values<number>(`select value from counters where name = '${name}'`))[0]

test('every inserted row is there, once', async () => {
  await atOnce(async (writer, turn) => {
    const id = `plain ${writer} ${turn}`
    const { status, body } = await write({
      ...{ method: 'POST', target: '/entries', json: { id, writer } },
    })
    expect(status, body).toBe(201)
  })
  const ids = await values<string>(`select id as value from entries where id like 'plain %'`)
  expect(ids).toHaveLength(WRITERS * EACH)
})

test('of those who insert the same key one is told that it is new, the others that it is taken', async () => {
  const statuses: number[] = []
  await atOnce(async (writer, turn) => {
    const json = { id: `same ${turn}`, writer }
    statuses.push((await write({ method: 'POST', target: '/entries', json })).status)
  })
  expect(statuses.filter(status => status === 201)).toHaveLength(EACH)
  expect(statuses.filter(status => status === 409)).toHaveLength(EACH * (WRITERS - 1))
})

test('a counter that is called counts every call, and each sees its own number', async () => {
  const seen = new Set<string>()
  await atOnce(async () => {
    const { body } = await write({
      ...{ method: 'POST', target: '/rpc/bump', json: { counter: 'called' } },
    })
    seen.add(body)
  })
  expect(seen.size).toBe(WRITERS * EACH)
  expect(await counter('called')).toBe(WRITERS * EACH)
})

test('a counter that is set where it still has its old value counts what succeeded', async () => {
  let succeeded = 0
  await atOnce(async () => {
    const { body } = await write({ method: 'GET', target: '/counters?name=eq.compared' })
    const [{ value }] = JSON.parse(body) as [{ value: number }]
    const answer = await write({
      ...{ method: 'PATCH', target: `/counters?name=eq.compared&value=eq.${value}` },
      ...{ json: { value: value + 1 }, prefer: 'return=representation' },
    })
    expect(answer.status, answer.body).toBe(200)
    succeeded += (JSON.parse(answer.body) as unknown[]).length
  })
  expect(succeeded).toBeGreaterThan(0)
  expect(await counter('compared')).toBe(succeeded)
})

test('what moves from one row to another is neither lost nor doubled', async () => {
  await atOnce(async writer => {
    const [source, target] = writer % 2 === 0 ? ['left', 'right'] : ['right', 'left']
    const { status, body } = await write({
      ...{ method: 'POST', target: '/rpc/transfer', json: { source, target } },
    })
    expect(status, body).toBe(204)
  })
  expect([await counter('left'), await counter('right')]).toEqual([0, 0])
})

test('upserts onto the same keys: each is new once, and holds what somebody was told', async () => {
  const told = new Map<number, Set<string>>()
  let created = 0
  await atOnce(async (writer, turn) => {
    const key = (writer * 7 + turn) % SLOTS
    const value = `${writer} ${turn}`
    const { status, body } = await write({
      ...{ method: 'POST', target: '/slots', json: { key, value } },
      prefer: 'resolution=merge-duplicates,return=representation',
    })
    expect(JSON.parse(body)).toEqual([{ key, value }])
    if (status === 201) created++
    else expect(status).toBe(200)
    told.set(key, (told.get(key) ?? new Set()).add(value))
  })
  const rows = await database.query<{ key: number; value: string }>('select * from slots')
  expect({ created, rows: rows.length }).toEqual({ created: SLOTS, rows: SLOTS })
  for (const { key, value } of rows) expect(told.get(key)).toContain(value)
})

test('a row that many delete is deleted for one of them', async () => {
  const deleted: string[] = []
  await atOnce(async (writer, turn) => {
    const id = ((writer + turn * 5) % WRITERS) + 1
    const { body } = await write({
      ...{ method: 'DELETE', target: `/tickets?id=eq.${id}`, prefer: 'return=representation' },
    })
    deleted.push(...(JSON.parse(body) as { id: number }[]).map(row => String(row.id)))
  })
  const left = await values<number>('select id as value from tickets')
  expect(new Set(deleted).size).toBe(deleted.length)
  expect(deleted.length + left.length).toBe(WRITERS)
})

/** What each write came to, as its client knows it. */
class Ledger {
  readonly acknowledged = new Set<string>()
  readonly refused = new Set<string>()
  /** Nobody told: it may have been written or not. */
  readonly unknown = new Set<string>()

  async note(id: string, answer: Promise<RawResponse>): Promise<void> {
    try {
      const { status } = await answer
      if (status === 201) this.acknowledged.add(id)
      else this.refused.add(id)
    } catch {
      this.unknown.add(id)
    }
  }

  /** Everything acknowledged is written, nothing refused is, and nothing else than what was sent. */
  check(written: ReadonlySet<string>): void {
    expect([...this.acknowledged].filter(id => !written.has(id))).toEqual([])
    const possible = new Set([...this.acknowledged, ...this.unknown])
    expect([...written].filter(id => !possible.has(id))).toEqual([])
  }
}

const entries = async (start: string) =>
  new Set(await values<string>(`select id as value from entries where id like '${start} %'`))

test('clients that hang up in the middle: what was acknowledged is there, and nobody waits on', async () => {
  const ledger = new Ledger()
  await atOnce(async (writer, turn) => {
    const id = `aborted ${writer} ${turn}`
    const controller = new AbortController()
    const { signal } = controller
    const answer = write({ method: 'POST', target: '/entries', json: { id, writer }, signal })
    const timer =
      (writer + turn) % 3 === 0 ? setTimeout(() => controller.abort(), (writer * 7 + turn) % 20) : 0
    await ledger.note(id, answer)
    clearTimeout(timer)
  })
  expect(ledger.refused.size).toBe(0)
  expect(ledger.unknown.size).toBeGreaterThan(0)
  await expect
    .poll(() =>
      values(`select 1 as value from pg_stat_activity
        where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`),
    )
    .toEqual([])
  ledger.check(await entries('aborted'))
})

test('two that wait for each other are both done, once', async () => {
  const cross = (one: string, other: string) =>
    write({ method: 'POST', target: '/rpc/cross_over', json: { one, other } })
  const answers = await Promise.all([cross('here', 'there'), cross('there', 'here')])
  expect(answers.map(({ status }) => status)).toEqual([204, 204])
  const values = await database.query(
    "select array_agg(value) as values from counters where name in ('here', 'there')",
  )
  expect(values).toEqual([{ values: [2, 2] }])
  const deadlocks = () =>
    database.query('select deadlocks::int from pg_stat_database where datname = current_database()')
  await expect.poll(deadlocks).toEqual([{ deadlocks: 1 }])
})

test('a server that stops in the middle: what it acknowledged is there, the rest is not half done', async () => {
  const ledger = new Ledger()
  let stopped: Promise<void> | undefined
  await atOnce(async (writer, turn) => {
    const id = `stopped ${writer} ${turn}`
    const answer = write({ method: 'POST', target: '/entries', json: { id, writer } })
    await ledger.note(id, answer)
    if (ledger.acknowledged.size > (WRITERS * EACH) / 4) stopped ??= server.stop()
  })
  await stopped
  expect(ledger.acknowledged.size).toBeLessThan(WRITERS * EACH)
  ledger.check(await entries('stopped'))
})
