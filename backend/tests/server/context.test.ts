import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create schema "my ""api";
    create schema extra;
    create view "my ""api".context as
      select current_user as role,
             current_setting('request.jwt.claims')::json as claims,
             current_setting('request.headers')::json as headers,
             current_setting('request.cookies')::json as cookies,
             current_setting('request.method') as method,
             current_setting('request.path') as path,
             current_setting('search_path') as search_path,
             current_setting('transaction_read_only') as read_only,
             current_setting('statement_timeout') as timeout;
    create sequence "my ""api".numbers;
    create view "my ""api".next as select nextval('"my ""api".numbers') as number;
    create view "my ""api".session as select pg_backend_pid() as pid, current_setting('stier.left', true) as "left";
    grant usage on schema "my ""api" to anon, authenticated;
    grant select on all tables in schema "my ""api" to anon, authenticated;
    grant all on all sequences in schema "my ""api" to anon, authenticated;
  `)
  server = await startServer(database.authenticatorUrl, {
    '--database-schemas': 'my "api',
    '--database-extra-search-path': 'extra,public',
    '--rest-prefix': '/rest/v1',
    '--database-statement-timeout-ms': '12s',
    '--pool-size-max': '1',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

async function context(headers: Readonly<Record<string, string>> = {}) {
  const { status, body } = await server.get('/rest/v1/context?select=*', { headers })
  expect(status).toBe(200)
  return JSON.parse(body)[0]
}

test('SQL sees the role, the claims and the request', async () => {
  const claims = { sub: 'ada', member_id: 7, 'a "key"': { nested: ['ünïcode', null] } }
  const token = as('authenticated', claims)
  const seen = await context({ ...token, 'X-Custom': 'a "value"', cookie: 'a=1; b=two=2; a=3' })
  expect(seen).toMatchObject({
    role: 'authenticated',
    claims: { role: 'authenticated', ...claims },
    headers: { 'x-custom': 'a "value"', ...token },
    cookies: { a: '3', b: 'two=2' },
    method: 'GET',
    path: '/rest/v1/context',
    search_path: '"my ""api", "extra", "public"',
    read_only: 'on',
    timeout: '12s',
  })
})

test('a request without a token is the anonymous role, and that is all its claims say', async () => {
  expect(await context()).toMatchObject({ role: 'anon', claims: { role: 'anon' }, cookies: {} })
})

test('text of any script arrives in headers, cookies and claims as it was sent', async () => {
  const bytes = Buffer.from('größe 猫').toString('latin1') // What a client writes on the wire.
  const seen = await context({ 'x-custom': bytes, cookie: `name=${bytes}` })
  expect(seen.headers['x-custom']).toBe('größe 猫')
  expect(seen.cookies.name).toBe('größe 猫')
})

test('nothing of a request is left for the next one on the same connection', async () => {
  const [before] = JSON.parse((await server.get('/rest/v1/session')).body)
  await context(as('authenticated', { secret: 'mine' }))
  expect(JSON.stringify(await context())).not.toContain('mine')
  const [after] = JSON.parse((await server.get('/rest/v1/session')).body)
  expect(after).toEqual(before)
})

test('HEAD runs like GET, and says so', async () => {
  const response = await server.get('/rest/v1/context?method=eq.HEAD', {
    method: 'HEAD',
    headers: { prefer: 'count=exact' },
  })
  expect(response).toMatchObject({ status: 200, headers: { 'content-range': '0-0/1' }, body: '' })
})

test.each(['GET', 'HEAD'])('%s cannot write, whatever a view tries', async method => {
  const refused = await server.get('/rest/v1/next', { method })
  expect(refused.status).toBe(405)
  expect(refused.headers['proxy-status']).toBe('S-Tier; error=25006')
  const [numbers] = await database.query('select is_called from "my ""api".numbers')
  expect(numbers).toEqual({ is_called: false })
})
