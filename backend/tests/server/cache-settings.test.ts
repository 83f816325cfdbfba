import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/index.ts'
import { readConfig } from '../../src/config.ts'
import type { ServerEvent } from '../../src/observations.ts'
import { createServer } from '../../src/server.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { send } from '../support/http-client.ts'
import { journaling, unjournaling } from '../support/journaling.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { startServer } from '../support/server.ts'
import { validationOf } from '../support/validated.ts'

let database: TestDatabase
let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
  database = await createDatabase(`
    create table notes (id int primary key, body text not null);
    create table drafts (id int primary key);
    insert into notes values (1, 'one'), (2, 'two');
    grant select, insert, update, delete on notes, drafts to anon`)
  await journaling(database.url, { tables: ['notes'], logins: ['authenticator'] })
})
afterAll(async () => {
  await database.drop()
  await redis.stop()
})

const QUICK = { '--journal-tables-every-ms': '20ms', '--journal-sweep-ms': '10ms' }

test('tables and times are taken over while it serves', async () => {
  const flags = new Map(
    Object.entries({
      ...{ '--database-url': database.authenticatorUrl, '--database-anon-role': 'anon' },
      ...{ '--rest-prefix': '/', '--http-port': '0', ...QUICK },
    }),
  )
  const events: ServerEvent[] = []
  const server = await createServer(readConfig({ flags }), {
    clock: systemClock,
    observe: event => void events.push(event),
    configure: database => readConfig({ flags, database }),
  })
  onTestFinished(() => server.stop('the test is over'))
  await server.start()
  const status = async (target: string) => {
    const [address = ''] = server.addresses
    const { headers } = await send(address, { method: 'GET', headers: {}, target })
    return headers['cache-status']
  }
  const ready = async () => {
    const [address = ''] = server.addresses
    return (await send(address, { method: 'GET', headers: {}, target: '/ready?verbose' })).body
  }
  await expect.poll(() => status('/notes')).toMatch(/^s-tier; hit/)
  expect(await status('/drafts')).toContain('not-journaled')

  const rules = { 'public.notes': { enabled: false }, 'public.drafts': { ttlMs: 60_000 } }
  flags.set('--cache-tables', JSON.stringify({ ...rules, 'public.note': {} }))
  flags.set('--cache-entries-min', '7')
  expect(await server.reload()).toBe(true)
  expect(events.find(({ kind }) => kind === 'config.read')).toMatchObject({
    changed: ['cache.tables'],
    waiting: ['cache.entriesMin'],
  })
  expect(events).toContainEqual({
    kind: 'catalog.doubt',
    message: expect.stringContaining(`cache.tables names 'public.note'`),
  })
  expect(await ready()).toContain(`cache.tables names 'public.note'`)
  expect(await status('/notes')).toContain('detail=off')
  await expect.poll(() => status('/drafts')).toMatch(/^s-tier; hit; ttl=[1-6]?\d/)

  flags.set('--cache-tables', '{"public.notes":{"ttl":1}}')
  expect(await server.reload()).toBe(false)
  expect(await status('/notes'), 'as it was').toContain('detail=off')
})

test('the document tells of the cache as long as there is one', async () => {
  const bare = await createDatabase(
    'create table notes (id int primary key); grant select on notes to anon',
  )
  onTestFinished(() => bare.drop())
  const flags = new Map(
    Object.entries({
      ...{ '--database-url': bare.authenticatorUrl, '--database-anon-role': 'anon' },
      ...{ '--rest-prefix': '/', '--http-port': '0', ...QUICK },
    }),
  )
  const server = await createServer(readConfig({ flags }), {
    ...{ clock: systemClock, observe: () => undefined },
    configure: database => readConfig({ flags, database }),
  })
  onTestFinished(() => server.stop('the test is over'))
  await server.start()
  const get = (target: string, headers: Readonly<Record<string, string>> = {}) =>
    send(server.addresses[0] ?? '', { method: 'GET', headers, target })
  const documents = async () => [(await get('/openapi.json')).body, (await get('/')).body]
  const without = await documents()
  expect(without[0]).not.toContain('If-None-Match')

  flags.set('--cache-tables', '{"public.notes":{"ttlMs":60000}}')
  expect(await server.reload()).toBe(true)
  const [text = '', root] = await documents()
  expect(root, "it is PostgREST's, which has none").toBe(without[1])
  const { complaints } = validationOf(JSON.parse(text))
  for (const headers of [{}, { 'if-none-match': '*' }]) {
    const answer = await get('/notes', headers)
    expect(answer.status).toBe('if-none-match' in headers ? 304 : 200)
    const contentType = answer.headers['content-type']
    expect(complaints({ method: 'GET', target: '/notes', ...answer, contentType })).toEqual([])
  }

  flags.delete('--cache-tables')
  expect(await server.reload()).toBe(true)
  expect(await documents()).toEqual(without)

  await journaling(bare.url, { schemas: 'all', logins: ['authenticator'] })
  await expect.poll(documents).toEqual([text, root])
  await unjournaling(bare.url)
  await expect.poll(documents).toEqual(without)
})

test('through Redis one server answers what another has read, and hears of what it wrote', async () => {
  const flags = { ...QUICK, '--redis-url': redis.url }
  const [one, other] = await Promise.all([
    startServer(database.authenticatorUrl, flags),
    startServer(database.authenticatorUrl, flags),
  ])
  onTestFinished(one.stop)
  onTestFinished(other.stop)
  const report = async ({ get }: typeof one) => JSON.parse((await get('/metrics/cache')).body)
  let tries = 0
  const read = async () => {
    tries += 1
    for (const { get } of [one, other]) await get(`/notes?limit=${tries}`)
    return (await report(other)).reads.hits.l2
  }
  await expect.poll(read).toBeGreaterThan(0)
  expect(await report(other)).toMatchObject({
    l2: { isReady: true, entriesMax: 1_000, latencyMs: { p50: expect.any(Number) } },
  })
  const patch = { method: 'PATCH', headers: { 'content-type': 'application/json' } }
  const { headers } = await one.get('/notes?id=eq.1', { ...patch, body: '{"body":"new"}' })
  const token = String(headers['s-tier-consistency'])
  const seen = await other.get('/notes?id=eq.1', { headers: { 's-tier-consistency': token } })
  expect(seen.body, 'with the token, at once').toContain('new')
  await expect.poll(async () => (await other.get('/notes?id=eq.1')).body).toContain('new')
})

test('a login that may not read the journal is a doubt with what to do; it serves all the same', async () => {
  const closed = await createDatabase('create table notes (id int); grant select on notes to anon')
  onTestFinished(() => closed.drop())
  await journaling(closed.url, { tables: ['notes'], logins: [] })
  const server = await startServer(closed.authenticatorUrl, QUICK)
  onTestFinished(server.stop)
  const words =
    /may not read the journal, so that answers are not kept: s-tier journal enable postgres:\/\/… --for authenticator/
  expect(server.events).toContainEqual({
    kind: 'catalog.doubt',
    message: expect.stringMatching(words),
  })
  const { headers, body } = await server.get('/notes')
  expect({ body, status: headers['cache-status'] }).toEqual({ body: '[]', status: undefined })
  const ready = await server.get('/ready?verbose')
  expect(ready).toMatchObject({ status: 200, body: expect.stringMatching(words) })
  expect(ready.body).toContain('absent: This login may not read the journal')
})
