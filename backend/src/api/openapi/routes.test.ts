import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { lintErrors } from '../../../tests/support/openapi-check.ts'
import { as, startServer, type TestServer } from '../../../tests/support/server.ts'

let database: TestDatabase
let server: TestServer

interface Sent {
  readonly openapi?: string
  readonly swagger?: string
  readonly paths: Record<string, object>
  readonly servers?: unknown
  readonly [key: string]: unknown
}

beforeAll(async () => {
  database = await createDatabase(`
    create schema library;
    create schema "größe";
    create table library.books (id int primary key, title text not null);
    create table library.secrets (id int primary key);
    create table "größe".sizes (id int primary key);
    create function library.about() returns json language sql stable
      as $$ select json_build_object('swagger', '2.0', 'schema', current_schema()) $$;
    grant usage on schema library, "größe" to anon, authenticated;
    grant select on library.books, "größe".sizes to anon, authenticated;
    grant select on library.secrets to authenticated;
  `)
  server = await serve()
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

function serve(flags: Record<string, string> = {}): Promise<TestServer> {
  return startServer(database.authenticatorUrl, { '--database-schemas': 'library,größe', ...flags })
}

async function sent(target: string, headers = {}, from = server): Promise<Sent> {
  const { status, body } = await from.get(target, { headers })
  expect(status).toBe(200)
  return JSON.parse(body) as Sent
}

test('the document is for the role of the token', async () => {
  const anonymous = await sent('/openapi.json')
  expect(anonymous.openapi).toBe('3.1.0')
  expect(Object.keys(anonymous.paths)).toEqual(['/books', '/rpc/about'])
  const known = await sent('/openapi.json', as('authenticated'))
  expect(Object.keys(known.paths)).toEqual(['/books', '/secrets', '/rpc/about'])
  expect(await lintErrors(known)).toEqual([])
})

test('a wrong token is refused, as everywhere', async () => {
  const { status, body } = await server.get('/openapi.json', {
    headers: { authorization: 'Bearer x' },
  })
  expect(status).toBe(401)
  expect(JSON.parse(body)).toMatchObject({ code: 'PGRST301' })
})

test('Accept-Profile chooses the schema', async () => {
  const name = Buffer.from('größe').toString('latin1')
  const document = await sent('/openapi.json', { 'accept-profile': name })
  expect(Object.keys(document.paths)).toEqual(['/sizes'])
  const { status, body } = await server.get('/openapi.json', { headers: { 'accept-profile': 'x' } })
  expect(status).toBe(406)
  expect(JSON.parse(body)).toMatchObject({ code: 'PGRST106' })
})

test('who has the document already is told that nothing changed', async () => {
  const { headers } = await server.get('/openapi.json')
  const etag = String(headers.etag)
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'private, no-cache',
    vary: 'Authorization, Accept-Profile',
  })
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await server.get('/openapi.json', { headers: { 'if-none-match': tag } })
    expect([again.status, again.body, again.headers.etag]).toEqual([304, '', etag])
  }
  const other = { ...as('authenticated'), 'if-none-match': etag }
  expect((await server.get('/openapi.json', { headers: other })).status).toBe(200)
})

test('a changed definition is in the next document', async () => {
  const etag = (await server.get('/openapi.json')).headers.etag
  await database.query(`comment on column library.books.title is 'As on its cover'`)
  await server.server.reload()
  const { body, headers } = await server.get('/openapi.json')
  expect(headers.etag).not.toBe(etag)
  expect(body).toContain('As on its cover')
})

test('HEAD answers the same without a body', async () => {
  const { status, headers, body } = await server.get('/openapi.json', { method: 'HEAD' })
  expect([status, body]).toEqual([200, ''])
  expect(headers.etag).toBe((await server.get('/openapi.json')).headers.etag)
})

test('the root is the document of Swagger 2.0', async () => {
  for (const accept of ['*/*', 'application/openapi+json']) {
    const { status, headers, body } = await server.get('/', { headers: { accept } })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/openapi+json; charset=utf-8')
    expect(Object.keys((JSON.parse(body) as Sent).paths)).toEqual(['/', '/books', '/rpc/about'])
  }
  const json = await server.get('/', { headers: { accept: 'application/json' } })
  expect(json.headers['content-type']).toBe('application/json; charset=utf-8')
  const head = await server.get('/', { method: 'HEAD' })
  expect([head.status, head.body]).toEqual([200, ''])
})

test('the root has no other media types and methods', async () => {
  const csv = await server.get('/', { headers: { accept: 'text/csv' } })
  expect([csv.status, (JSON.parse(csv.body) as Sent)['code']]).toEqual([406, 'PGRST107'])
  const elsewhere = await server.get('/books', { headers: { accept: 'application/openapi+json' } })
  expect(elsewhere.status).toBe(406)
  const post = await server.get('/', { method: 'POST' })
  expect([post.status, (JSON.parse(post.body) as Sent)['code']]).toEqual([405, 'PGRST117'])
  const options = await server.get('/', { method: 'OPTIONS' })
  expect([options.status, options.headers.allow]).toEqual([200, 'OPTIONS, GET, HEAD'])
})

test('the root is for the role of the token and the schema that is chosen', async () => {
  const known = await sent('/', as('authenticated'))
  expect(Object.keys(known.paths)).toContain('/secrets')
  const name = Buffer.from('größe').toString('latin1')
  const { headers, body } = await server.get('/', { headers: { 'accept-profile': name } })
  expect(headers['content-profile']).toBe(name)
  expect(Object.keys((JSON.parse(body) as Sent).paths)).toContain('/sizes')
})

test('paths are below the prefix, or where the configuration says', async () => {
  const below = await serve({ '--rest-prefix': '/rest/v1' })
  const elsewhere = await serve({ '--openapi-server-url': 'https://api.example/store' })
  try {
    expect((await sent('/openapi.json', {}, below)).servers).toEqual([{ url: '/rest/v1' }])
    for (const root of ['/rest/v1', '/rest/v1/']) {
      expect(await sent(root, {}, below)).toMatchObject({ swagger: '2.0', basePath: '/rest/v1' })
    }
    expect((await sent('/openapi.json', {}, elsewhere)).servers).toEqual([
      { url: 'https://api.example/store' },
    ])
    expect(await sent('/', {}, elsewhere)).toMatchObject({
      host: 'api.example:443',
      basePath: '/store',
      schemes: ['https'],
    })
  } finally {
    await Promise.all([below.stop(), elsewhere.stop()])
  }
})

test('documents can show everything, or be switched off', async () => {
  const open = await serve({ '--openapi-mode': 'ignore-privileges' })
  const closed = await serve({ '--openapi-mode': 'disabled' })
  try {
    for (const target of ['/openapi.json', '/']) {
      expect(Object.keys((await sent(target, {}, open)).paths)).toContain('/secrets')
      const { status, body } = await closed.get(target)
      expect([status, body]).toEqual([
        404,
        '{"code":"PGRST126","details":null,"hint":null,"message":"Root endpoint metadata is disabled"}',
      ])
    }
    expect((await closed.get('/books')).status).toBe(200)
  } finally {
    await Promise.all([open.stop(), closed.stop()])
  }
})

test('a function can stand in for the root', async () => {
  const custom = await serve({ '--rest-root-function': 'about', '--openapi-mode': 'disabled' })
  try {
    const { headers, body } = await custom.get('/', {
      headers: { accept: 'application/openapi+json' },
    })
    expect(headers['content-type']).toBe('application/openapi+json; charset=utf-8')
    expect(JSON.parse(body)).toEqual({ swagger: '2.0', schema: 'library' })
    const json = await custom.get('/')
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8')
  } finally {
    await custom.stop()
  }
})
