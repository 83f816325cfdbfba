import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('create table notes (id int); grant select on notes to anon')
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  return server
}

test.each([
  ['/', ['/', '/notes'], ['/notes/1', '/rest/v1/notes']],
  [
    '/rest/v1',
    ['/rest/v1', '/rest/v1/', '/rest/v1/notes'],
    ['/', '/notes', '/rest/v1notes', '/rest'],
  ],
])('with the prefix %s relations are below it and nowhere else', async (prefix, served, others) => {
  const server = await serve({ '--rest-prefix': prefix })
  const options = (path: string) => server.get(path, { method: 'OPTIONS' })
  for (const path of served) expect((await options(path)).status, path).toBe(200)
  for (const path of others) expect((await server.get(path)).status, path).toBe(404)
})

test('what is not found is told where it is, as far as the server knows', async () => {
  const hintsOf = async (prefix: string, paths: readonly string[]) => {
    const server = await serve({ '--rest-prefix': prefix })
    const bodies = paths.map(async path => (await server.get(path)).body)
    return (await Promise.all(bodies)).map(body => JSON.parse(body).hint)
  }
  const below = 'Relations are below /rest/v1, functions below /rest/v1/rpc.'
  const asked = ['/notes', '/rest/v1/notes/1', '/rest/v1/openapi.json', '/docs/', '/rest/v1/nots']
  expect(await hintsOf('/rest/v1', asked)).toEqual([
    below,
    'Rows are chosen by filters: /rest/v1/notes?column=eq.1',
    'It is at /openapi.json.',
    'It is at /docs.',
    "Perhaps you meant the table 'public.notes'",
  ])
  expect(await hintsOf('/', ['/rest/v1/notes'])).toEqual([
    'Relations are at the root of this server, functions below /rpc.',
  ])
})

test('OPTIONS tells what may be done, without a token, of the root and of each relation', async () => {
  const server = await serve()
  const options = (path: string) => server.get(path, { method: 'OPTIONS' })
  expect((await options('/')).headers.allow).toBe('OPTIONS, GET, HEAD')
  const { headers } = await options('/notes')
  expect(headers.allow).toBe('OPTIONS,GET,HEAD,POST,PATCH,DELETE')
  expect(headers['access-control-allow-origin']).toBe('*')
  for (const path of ['/nowhere', '/rpc/nothing']) expect((await options(path)).status).toBe(404)
})

test('with a list of origins an answer names none that is not on it', async () => {
  const server = await serve({ '--http-cors-origins': 'https://app.example' })
  for (const method of ['OPTIONS', 'GET']) {
    const { headers } = await server.get('/notes', { method })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers.vary).toMatch(/^Origin/)
  }
})

test.each(['TRACE', 'PROPFIND'])('%s is no method of a relation', async method => {
  const server = await serve()
  const { status, body } = await server.get('/notes', { method })
  expect(status).toBe(405)
  expect(JSON.parse(body)).toMatchObject({
    code: 'PGRST117',
    message: `Unsupported HTTP method: ${method}`,
  })
})

test('who asks is asked before what is there', async () => {
  const server = await serve()
  const headers = { authorization: 'Bearer nonsense' }
  expect((await server.get('/nowhere', { headers })).status).toBe(401)
  expect((await server.get('/rpc/nothing', { headers: as('anon') })).status).toBe(404)
})
