import { Agent } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type RawRequest, type RawResponse, send } from '../support/http-client.ts'
import { seed } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { ordinaryTexts } from './ordinary-text.ts'

// What people write is stored and read back as they wrote it, and never refused. `STIER_TEST_TEXTS=10000` is the long run.

const COUNT = Number(process.env['STIER_TEST_TEXTS'] ?? 700)
const AT_A_TIME = 250
const TEXTS = ordinaryTexts(COUNT, seed)
const TIMEOUT_MS = 30_000 + COUNT * 40

const SQL = `
  create table public.notes (id int primary key, body text not null, data jsonb);
  create function public.keep(id int, body text) returns text language sql
    as $$ insert into public.notes values (id, body, to_jsonb(body)) returning body $$;
  grant all on public.notes to anon;
  grant usage on schema public to anon`

const JSON_TYPE = { 'content-type': 'application/json' }
const agent = new Agent({ keepAlive: true, maxSockets: 4 })
let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  console.log(`STIER_TEST_SEED=${seed}`)
  database = await createDatabase(SQL)
  server = await startServer(database.authenticatorUrl)
})
afterAll(async () => {
  agent.destroy()
  await server.stop()
  await database.drop()
})

interface Note {
  readonly id: number
  readonly body: string
}

const NOTES: readonly Note[] = TEXTS.map((body, id) => ({ id, body }))
const BATCHES = Array.from({ length: Math.ceil(COUNT / AT_A_TIME) }, (_, at) =>
  NOTES.slice(at * AT_A_TIME, (at + 1) * AT_A_TIME),
)

async function ask(
  method: string,
  target: string,
  parts: Partial<RawRequest> = {},
): Promise<RawResponse> {
  const answer = await send(server.address, { headers: {}, ...parts, method, target }, agent)
  expect(answer.status, `${method} ${target}: ${answer.body}`).toBeLessThan(300)
  return answer
}

async function each(notes: readonly Note[], work: (note: Note) => Promise<unknown>): Promise<void> {
  const queue = notes.values()
  const worker = async (): Promise<void> => {
    for (const note of queue) await work(note)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

async function expectAllStored(): Promise<void> {
  const stored = await database.query<Note>('select id, body from notes order by id')
  expect(stored).toEqual(NOTES)
}

async function empty(): Promise<void> {
  await database.query('truncate public.notes')
}

test(
  'by POST, and read back as JSON, as CSV and one by one',
  async () => {
    await empty()
    for (const batch of BATCHES) {
      const rows = batch.map(({ id, body }) => ({ id, body, data: { [body]: [body] } }))
      await ask('POST', '/notes', { headers: JSON_TYPE, body: JSON.stringify(rows) })
    }
    await expectAllStored()
    expect(JSON.parse((await ask('GET', '/notes?select=id,body&order=id')).body)).toEqual(NOTES)
    const json = await ask('GET', '/notes?select=data&order=id')
    const documents = (JSON.parse(json.body) as { data: object }[]).map(({ data }) => data)
    expect(documents).toEqual(TEXTS.map(body => ({ [body]: [body] })))
    const csv = await ask('GET', '/notes?select=id,body&order=id', {
      headers: { accept: 'text/csv' },
    })
    expect(cells(csv.body)).toEqual([
      ['id', 'body'],
      ...NOTES.map(({ id, body }) => [`${id}`, body]),
    ])
    await each(NOTES, async ({ id, body }) => {
      const headers = { accept: 'application/vnd.pgrst.object+json' }
      const one = await ask('GET', `/notes?select=id,body&id=eq.${id}`, { headers })
      expect(JSON.parse(one.body)).toEqual({ id, body })
    })
  },
  TIMEOUT_MS,
)

test(
  'as the values of filters',
  async () => {
    await each(NOTES, async ({ id, body }) => {
      const quoted = `"${body.replaceAll(/["\\]/g, '\\$&')}"`
      for (const filter of [
        `body=eq.${encodeURIComponent(body)}`,
        `body=in.(${encodeURIComponent(quoted)},x)`,
        `or=(body.eq.${encodeURIComponent(quoted)},id.lt.0)`,
      ]) {
        const { body: found } = await ask('GET', `/notes?select=id&id=eq.${id}&${filter}`)
        expect(JSON.parse(found), filter).toEqual([{ id }])
      }
    })
  },
  TIMEOUT_MS,
)

test(
  'by PATCH',
  async () => {
    await database.query(`update public.notes set body = ''`)
    await each(NOTES, ({ id, body }) =>
      ask('PATCH', `/notes?id=eq.${id}`, { headers: JSON_TYPE, body: JSON.stringify({ body }) }),
    )
    await expectAllStored()
  },
  TIMEOUT_MS,
)

test(
  'by a call, which answers with it',
  async () => {
    await empty()
    await each(NOTES, async note => {
      const answer = await ask('POST', '/rpc/keep', {
        headers: JSON_TYPE,
        body: JSON.stringify(note),
      })
      expect(JSON.parse(answer.body)).toBe(note.body)
    })
    await expectAllStored()
  },
  TIMEOUT_MS,
)

test(
  'as CSV',
  async () => {
    await empty()
    for (const batch of BATCHES) {
      const lines = batch.map(({ id, body }) => `${id},"${body.replaceAll('"', '""')}"`)
      const body = ['id,body', ...lines].join('\r\n')
      await ask('POST', '/notes', { headers: { 'content-type': 'text/csv' }, body })
    }
    await expectAllStored()
  },
  TIMEOUT_MS,
)

test(
  'as a form',
  async () => {
    await empty()
    await each(NOTES, ({ id, body }) =>
      ask('POST', '/notes', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ id: String(id), body }).toString(),
      }),
    )
    await expectAllStored()
  },
  TIMEOUT_MS,
)

/** RFC 4180. */
function cells(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of csv.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    if (end === '' && quoted === undefined && plain === '' && rows.at(-1)?.length === 0) break
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === '') break
    if (end !== ',') rows.push([])
  }
  return rows.filter(row => row.length > 0)
}
