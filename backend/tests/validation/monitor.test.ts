import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

const ADMIN = 'an-admin-token-of-tests'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create table orders (id int primary key, qty int check (qty > 0));
    create table notes (id int primary key, body text);
    create table people (id int primary key, email text, town text);
    comment on column people.email is 'Where to write to. @personal';
    insert into people select n, n || '@example.org', 'Ulm' from generate_series(1, 3000) n;
    create view mails as select email from people;
    grant usage on schema public to anon, authenticated;
    grant all on all tables in schema public to anon, authenticated;
  `)
  server = await startServer(database.authenticatorUrl, {
    '--database-transaction-end': 'rollback',
    '--http-admin-token': ADMIN,
    '--validation-mode': 'monitor',
    '--validation-items-max': '10',
    '--validation-filters-max': '2',
    '--validation-routes': JSON.stringify({
      'POST /notes': { mode: 'enforce', itemsMax: 2 },
      notes: { itemsMax: 1 },
      'PATCH /orders': { checks: false },
    }),
    '--validation-personal': 'public.mails.email',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

async function sent(target: string, body?: string, method = 'POST') {
  const headers = { 'content-type': 'application/json', ...as('authenticated', { sub: 'ada' }) }
  const answer = await server.get(target, { method, headers, body: body ?? '' })
  const { code = '', errors } = (answer.body === '' ? {} : JSON.parse(answer.body)) as {
    code?: string
    errors?: unknown
  }
  return `${answer.status} ${code}${errors === undefined ? '' : ' before'}`.trim()
}

interface Report {
  readonly mode: string
  readonly routes: readonly { route: string; asked: number; rules: readonly object[] }[]
  readonly unknown: readonly { route: string; asked: number; code: string }[]
  readonly advice: readonly string[]
}

async function report<T = Report>(path: string): Promise<T> {
  const headers = { authorization: `Bearer ${ADMIN}` }
  return JSON.parse((await server.get(path, { headers })).body) as T
}

test('what would be refused goes on to the database, and is counted, told and handed to the monitor', async () => {
  expect(await sent('/orders', '{"id": "x", "qty": 1}')).toBe('400 22P02')
  expect(await sent('/orders', '{"id": 1, "qty": 0}')).toBe('400 23514')
  expect(await sent('/orders', '{"id": 1, "qty": 1}')).toBe('201')
  const many = JSON.stringify(Array.from({ length: 11 }, (_, id) => ({ id, qty: 1 })))
  expect(await sent('/orders', many)).toBe('201')
  expect(await sent('/orders?id=gt.0&id=gt.1&id=gt.2', undefined, 'GET')).toBe('200')
  expect(await sent('/orders?id=gt.0&id=gt.1&id=gt.2', undefined, 'GET')).toBe('200')
  expect(await sent('/orders', '{"id": 1,')).toBe('400 PGRST102')

  const { mode, routes, advice } = await report('/metrics/validation')
  expect(mode).toBe('monitor')
  expect(routes.find(({ route }) => route === 'POST /orders')).toEqual({
    ...{ route: 'POST /orders', asked: 5 },
    rules: [
      { rule: 'type', code: '22P02', refused: 0, watched: 1 },
      { rule: 'check', code: '23514', refused: 0, watched: 1 },
      { rule: 'items', code: 'ST411', refused: 0, watched: 1 },
    ],
  })
  expect(advice).toContain("'filters' would have refused 2 of 2 requests for GET /orders.")
  expect(server.events).toContainEqual(
    expect.objectContaining({
      ...{ kind: 'validation.watched', route: 'POST /orders', rule: 'type' },
      ...{ code: '22P02', count: 1 },
    }),
  )
  await expect
    .poll(async () => {
      const { noticed } = await report<{ noticed: { events: Record<string, number> } }>(
        '/metrics/security',
      )
      return noticed.events['validation.refused']
    })
    .toBe(5)
})

test('a route may have a mode and limits of its own; its method counts more than its name', async () => {
  expect(await sent('/notes', '[{"id": 1}, {"id": 2}, {"id": 3}]')).toBe('413 ST411 before')
  expect(await sent('/notes', '[{"id": 1}, {"id": 2}]')).toBe('201')
  expect(await sent('/notes', '{"id": "x"}')).toBe('400 22P02 before')
  const { routes } = await report('/metrics/validation')
  expect(routes.find(({ route }) => route === 'POST /notes')).toMatchObject({
    rules: [
      { rule: 'items', refused: 1, watched: 0 },
      { rule: 'type', refused: 1, watched: 0 },
    ],
  })
})

test('what is asked for and is not there is counted by itself', async () => {
  expect(await sent('/backup', undefined, 'GET')).toBe('404 PGRST205')
  expect(await sent('/backup', undefined, 'GET')).toBe('404 PGRST205')
  expect(await sent('/wp-admin/setup.php', undefined, 'GET')).toBe('404 PGRST125')
  expect(await sent('/rpc/exec', '{}')).toBe('404 PGRST202')
  expect(await sent('/orders', undefined, 'TRACE')).toBe('405 PGRST117')
  const { unknown, routes } = await report('/metrics/validation')
  expect(unknown.map(({ route, asked, code }) => `${route} ${asked} ${code}`)).toEqual([
    'GET /backup 2 PGRST205',
    'GET /wp-admin/setup.php 1 PGRST125',
    'POST /rpc/exec 1 PGRST202',
    'TRACE /orders 1 PGRST117',
  ])
  expect(routes.map(({ route }) => route)).not.toContain('GET /backup')
})

test('the report is for operators', async () => {
  const answer = await server.get('/metrics/validation', {})
  expect(answer.status).toBeGreaterThanOrEqual(400)
})

test('who reads the data of many persons is told of, whichever column shows it', async () => {
  expect(await sent('/people?select=id,town', undefined, 'GET')).toBe('200')
  expect(await sent('/people', undefined, 'GET')).toBe('200')
  expect(await sent('/mails?limit=2500', undefined, 'GET')).toBe('200')
  await expect
    .poll(async () => {
      const { alerts } = await report<{ alerts: { rule: string; principal: object }[] }>(
        '/security/alerts',
      )
      return alerts.filter(({ rule }) => rule === 'personal-data')
    })
    .toMatchObject([{ count: 5_500, principal: { user: 'ada' } }])
  const { noticed } = await report<{ noticed: { events: Record<string, number> } }>(
    '/metrics/security',
  )
  expect(noticed.events['read.personal']).toBe(2)
})

test('so it is where the answer is kept, and not where the client has it already', async () => {
  const keeping = await startServer(database.authenticatorUrl, {
    '--cache-enabled': 'true',
    '--cache-tables': '{"public.people": {"ttlMs": 60000}}',
    '--http-admin-token': ADMIN,
  })
  const told = async () => {
    const headers = { authorization: `Bearer ${ADMIN}` }
    const answer = await keeping.get('/metrics/security', { headers })
    const { noticed } = JSON.parse(answer.body) as { noticed: { events: Record<string, number> } }
    return noticed.events['read.personal']
  }
  const first = await keeping.get('/people?limit=10', {})
  await keeping.get('/people?limit=10', {})
  const third = await keeping.get('/people?limit=10', {})
  expect(third.headers['cache-status']).toContain('hit')
  await expect.poll(told).toBe(3)
  const tag = String(first.headers['etag'])
  const again = await keeping.get('/people?limit=10', { headers: { 'if-none-match': tag } })
  expect(again.status).toBe(304)
  await keeping.get('/people?select=town&limit=10', {})
  expect(await told()).toBe(3)
  await keeping.stop()
})
