import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type RawRequest, send } from '../support/http-client.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { NUMBERS, TEXTS } from './corpus.ts'

// What goes in comes out, byte for byte, whichever way it takes.

const SCHEMA = `
  create table texts (name text primary key, value text not null, list text[], wrapped json, tidy jsonb);
  create table numbers (id int generated always as identity, value numeric, doubled float8, big bigint);
  create table files (name text primary key, content bytea);
  create function keep(name text, value text) returns text language sql volatile
    as $$ insert into texts (name, value) values ($1, $2) returning value $$;
  create function keep_raw(text) returns text language sql volatile
    as $$ insert into texts (name, value) values ('raw', $1) returning value $$;
  create function same(value text) returns text language sql immutable as $$ select value $$;
  create function keep_file(bytea) returns int language sql volatile
    as $$ insert into files values ('raw', $1) returning length(content) $$;
  create function file(name text) returns bytea language sql stable
    as $$ select content from files f where f.name = $1 $$;
  grant all on all tables in schema public to anon;
`

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
  server = await startServer(database.authenticatorUrl, { '--http-url-bytes-max': '1048576' })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

beforeEach(() => database.query('truncate texts'))

type Parts = Partial<Omit<RawRequest, 'method' | 'target'>> & { readonly type?: string }

async function ask(method: string, target: string, { type, headers, ...parts }: Parts = {}) {
  const answer = await send(server.address, {
    ...{ method, target, ...parts },
    headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
  })
  expect(answer.status, answer.body).toBeLessThan(300)
  return answer
}

/** What an address has room for. */
const SHORT = TEXTS.filter(([, text]) => text.length < 2_000)

const RETURNED = { prefer: 'return=representation' }

interface Stored {
  readonly name: string
  readonly value: string
}

/** What PostgreSQL has, in bytes, whatever the server makes of it. */
async function storedBytes(): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ name: string; bytes: Buffer }>(
    `select name, convert_to(value, 'utf8') as bytes from texts`,
  )
  return new Map(rows.map(({ name, bytes }) => [name, bytes.toString('hex')]))
}

async function expectStored(texts = TEXTS): Promise<void> {
  expectSame(
    await storedBytes(),
    texts.map(([name, text]) => [name, hex(text)]),
  )
  const read = JSON.parse((await ask('GET', '/texts?select=name,value')).body) as Stored[]
  expectSame(new Map(read.map(({ name, value }) => [name, value])), texts)
  await database.query('truncate texts')
}

/** One by one, so that a failure names the text and does not print all of them. */
function expectSame(found: ReadonlyMap<string, string>, expected: typeof TEXTS): void {
  for (const [name, text] of expected) expect(found.get(name), name).toBe(text)
  expect(found.size).toBe(expected.length)
}

const hex = (text: string) => Buffer.from(text).toString('hex')
const rowsOf = (texts = TEXTS) => texts.map(([name, value]) => ({ name, value }))

test('as JSON: one by one, all at once, in an update, in lists and in JSON', async () => {
  for (const row of rowsOf()) {
    const { body } = await ask('POST', '/texts?select=value', {
      ...{ type: 'application/json', headers: RETURNED, body: JSON.stringify(row) },
    })
    expect(JSON.parse(body), row.name).toEqual([{ value: row.value }])
  }
  await expectStored()
  const rows = rowsOf().map(row => ({
    ...row,
    ...{ list: [row.value, '', row.value], wrapped: [row.value], tidy: { [row.value]: row.value } },
  }))
  const all = await ask('POST', '/texts?select=list,wrapped,tidy', {
    ...{ type: 'application/json', headers: RETURNED, body: JSON.stringify(rows) },
  })
  expect(JSON.parse(all.body)).toEqual(
    rows.map(({ list, wrapped, tidy }) => ({ list, wrapped, tidy })),
  )
  await expectStored()
})

test('as JSON with every character escaped', async () => {
  const escaped = (text: string) =>
    Array.from(
      { length: text.length },
      (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('')
  const rows = TEXTS.map(
    ([name, text]) => `{"name":${JSON.stringify(name)},"value":"${escaped(text)}"}`,
  )
  await ask('POST', '/texts', { type: 'application/json', body: `[${rows.join(',')}]` })
  await expectStored()
})

test('as an update, found by its old text in a filter', async () => {
  for (const [name, text] of SHORT) {
    await database.query('insert into texts (name, value) values ($1, $2)', [name, `old ${text}`])
    const filter = `value=eq.${encodeURIComponent(`old ${text}`)}`
    await ask('PATCH', `/texts?${filter}`, {
      ...{ type: 'application/json', body: JSON.stringify({ value: text }) },
    })
  }
  await expectStored(SHORT)
})

test('as CSV, in and out', async () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const lines = TEXTS.map(([name, text]) => `${quoted(name)},${quoted(text)}`)
  await ask('POST', '/texts', { type: 'text/csv', body: ['name,value', ...lines].join('\n') })
  const { body } = await ask('GET', '/texts?select=name,value', { headers: { accept: 'text/csv' } })
  expectSame(new Map(readCsv(body).slice(1) as [string, string][]), TEXTS)
  await expectStored()
})

test('as a form', async () => {
  for (const [name, value] of TEXTS) {
    const body = new URLSearchParams({ name, value }).toString()
    await ask('POST', '/texts', { type: 'application/x-www-form-urlencoded', body })
  }
  await expectStored()
})

test('as arguments: in JSON, in a form, in the address', async () => {
  for (const row of rowsOf()) {
    const { body } = await ask('POST', '/rpc/keep', {
      ...{ type: 'application/json', body: JSON.stringify(row) },
    })
    expect(JSON.parse(body), row.name).toBe(row.value)
  }
  await expectStored()
  for (const row of rowsOf()) {
    const body = new URLSearchParams(row).toString()
    await ask('POST', '/rpc/keep', { type: 'application/x-www-form-urlencoded', body })
  }
  await expectStored()
  for (const [name, text] of SHORT.filter(isNoFilter)) {
    const { body } = await ask('GET', `/rpc/same?value=${encodeURIComponent(text)}`)
    expect(JSON.parse(body), name).toBe(text)
  }
})

/** In the address of a call, what begins with an operator and a dot is a filter of the result. */
function isNoFilter([, text]: (typeof TEXTS)[number]): boolean {
  return !text.startsWith('not.')
}

test('as the whole body, in and out', async () => {
  for (const [name, text] of TEXTS) {
    const { body } = await ask('POST', '/rpc/keep_raw', {
      ...{ type: 'text/plain', headers: { accept: 'text/plain' }, body: text },
    })
    expect(body, name).toBe(text)
    const stored = await storedBytes()
    expect(stored.get('raw'), name).toBe(hex(text))
    await database.query('truncate texts')
  }
})

test('numbers keep their digits', async () => {
  const rows = NUMBERS.map(number => `{"value":${number}}`)
  const { body } = await ask('POST', '/numbers?select=value', {
    ...{ type: 'application/json', headers: RETURNED, body: `[${rows.join(',')}]` },
  })
  expect(body.replaceAll(', \n ', ',')).toBe(`[${rows.join(',')}]`)
  const stored = await database.query<{ value: string }>('select value from numbers order by id')
  expect(stored.map(({ value }) => value)).toEqual(NUMBERS)
  const big = '[{"big":9223372036854775807,"doubled":1.7976931348623157e+308}]'
  const edge = await ask('POST', '/numbers?select=big,doubled', {
    ...{ type: 'application/json', headers: RETURNED, body: big },
  })
  expect(edge.body).toBe(big)
})

test('json keeps its text, jsonb its values with all their digits', async () => {
  const text = '{"b" : 1.00,  "a":[ 1e2, "\\u00e9" ],"b":12345678901234567890.10}'
  const { body } = await ask('POST', '/texts?select=wrapped,tidy', {
    ...{ type: 'application/json', headers: RETURNED },
    body: `{"name":"json","value":"","wrapped":${text},"tidy":${text}}`,
  })
  const tidy = '{"a": [100, "é"], "b": 12345678901234567890.10}'
  expect(body).toBe(`[{"wrapped":${text},"tidy":${tidy}}]`)
})

test('bytes', async () => {
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))
  await ask('POST', '/files', {
    type: 'application/json',
    body: JSON.stringify({ name: 'hex', content: `\\x${bytes.toString('hex')}` }),
  })
  const length = await ask('POST', '/rpc/keep_file', {
    ...{ type: 'application/octet-stream', body: bytes },
  })
  expect(length.body).toBe('512')
  const rows = await database.query<{ content: Buffer }>('select content from files')
  expect(rows.map(({ content }) => content.equals(bytes))).toEqual([true, true])
  const response = await fetch(`${server.address}/rpc/file?name=raw`, {
    headers: { accept: 'application/octet-stream' },
  })
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
})

test('text that PostgreSQL cannot store is refused, not changed', async () => {
  for (const value of ['"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"']) {
    const answer = await send(server.address, {
      ...{ method: 'POST', target: '/texts', body: `{"name":"bad","value":${value}}` },
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status, answer.body).toBe(400)
  }
  expect(await database.query('select from texts')).toEqual([])
})

/** RFC 4180: fields that hold quotes, commas or line ends are quoted, and their quotes doubled. */
function readCsv(text: string): string[][] {
  const fields = text.matchAll(/(^|,|\n)(?:"((?:[^"]|"")*)"|([^",\n]*))/g)
  const rows: string[][] = []
  for (const [, before, quoted, plain] of fields) {
    if (before !== ',') rows.push([])
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
  }
  return rows
}
