import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { createStoreDatabase } from '../support/store.ts'
import { startCarelessServer } from './careless-server.ts'
import { type Attack, attack, hasSqlmap } from './sqlmap.ts'

// sqlmap against the sample store, which everybody may read and whose tags everybody may change. It takes some minutes:
//   STIER_TEST_SQLMAP=1 npx vitest run --project backend backend/tests/injection/sqlmap.test.ts
// `STIER_TEST_SQLMAP=3` is level 3 instead of 2. What it printed stays in /tmp/s-tier-sqlmap.

const LEVEL = Number(process.env['STIER_TEST_SQLMAP'] ?? 0)
const isRun = LEVEL > 0 && hasSqlmap()
if (LEVEL === 0) console.log('Not run without STIER_TEST_SQLMAP=1')
else if (!isRun) console.log('Not run without sqlmap: apt-get install sqlmap')

const FOLDER = '/tmp/s-tier-sqlmap'
const MINUTES = 60_000

/** Places marked with `*`, in requests that succeed as they stand. */
const ATTACKS: Readonly<Record<string, Omit<Attack, 'url'> & { target: string }>> = {
  'the value of a filter': { target: '/products?select=id,name&limit=3&name=like.A**' },
  'the value of a number': { target: '/products?select=id&id=eq.1*' },
  'the column and operator of a filter': { target: '/products?select=id&limit=3&id*=gte*.1' },
  'a logical tree': { target: '/products?select=id&limit=3&or=(id.eq.1*,name.eq.a*)' },
  select: { target: '/products?limit=3&select=id*,label:name*,price::text*,categories(id*)' },
  order: { target: '/products?select=id&limit=3&order=id*.desc*' },
  'limit and offset': { target: '/products?select=id&limit=3*&offset=0*' },
  'a key of JSON': { target: '/products?select=id,attributes-%3E%3Ea*&limit=3' },
  'an argument': { target: '/rpc/search_products?query=oak*&max_price=10*&limit=3' },
  'the name of a relation': { target: '/products*?select=id&limit=1' },
  'headers of a read': {
    target: '/products?select=id&limit=3',
    headers: ['Prefer: timezone=UTC*', 'Accept-Profile: public*', 'Range: 0-1*', 'X-Any: a*'],
  },
  'a body': {
    target: '/tags',
    method: 'POST',
    headers: ['Content-Type: application/json', 'Prefer: return=representation, tx=rollback'],
    data: '{"name":"a*"}',
  },
  'a change': {
    target: '/tags?id=eq.1*',
    method: 'PATCH',
    headers: ['Content-Type: application/json', 'Prefer: return=representation, tx=rollback'],
    data: '{"name":"a*"}',
  },
  'an upsert': {
    target: '/tags?on_conflict=name*&columns=name*',
    method: 'POST',
    headers: ['Content-Type: application/json', 'Prefer: resolution=merge-duplicates, tx=rollback'],
    data: '{"name":"a"}',
  },
  'arguments of a call': {
    target: '/rpc/search_products',
    method: 'POST',
    headers: ['Content-Type: application/json'],
    data: '{"query":"oak*","max_price":"10*"}',
  },
}

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  if (!isRun) return
  await mkdir(FOLDER, { recursive: true })
  database = await createStoreDatabase()
  await database.query('grant insert, update, delete on public.tags to anon')
  server = await startServer(database.authenticatorUrl, {
    '--database-transaction-end': 'commit-allow-override',
  })
})
afterAll(async () => {
  if (!isRun) return
  await server.stop()
  await database.drop()
})

test.skipIf(!isRun).each(Object.keys(ATTACKS))(
  'sqlmap finds nothing in %s',
  async name => {
    const { target, ...parts } = ATTACKS[name] as (typeof ATTACKS)[string]
    const url = server.address + target
    const { isInjectable, output } = await attack({ ...parts, url, level: Math.max(2, LEVEL) })
    await writeFile(`${FOLDER}/${name.replaceAll(' ', '-')}.txt`, output)
    expect(isInjectable, output).toBe(false)
    expect(server.events.filter(({ kind }) => kind === 'http.failed')).toEqual([])
  },
  20 * MINUTES,
)

test.skipIf(!isRun)(
  'and finds the hole in a server that has one',
  async () => {
    const careless = await startCarelessServer(database.authenticatorUrl, 'public.tags')
    await database.query('grant select on public.tags to authenticator')
    try {
      const { isInjectable, output } = await attack({ url: `${careless.address}/?name=a*` })
      await writeFile(`${FOLDER}/control.txt`, output)
      expect(isInjectable, output).toBe(true)
    } finally {
      await careless.stop()
    }
  },
  20 * MINUTES,
)
