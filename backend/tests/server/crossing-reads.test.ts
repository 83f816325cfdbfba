import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

// The read that is too much is refused itself: its rows are there, and are not sent.

let database: TestDatabase
beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table notices (id int primary key, words text not null);
    insert into notices values (1, 'one'), (2, 'two');
    grant select on notices to anon, authenticated`)
})
afterAll(() => database.drop())

const PROXIED = { '--http-trusted-proxies': '127.0.0.1' }
const MALLORY = { ...as('authenticated', { sub: 'mallory' }), 'x-forwarded-for': '203.0.113.66' }

async function serve(rules: object, flags: Readonly<Record<string, string>> = {}) {
  const all = { ...PROXIED, '--security-rules': JSON.stringify(rules), ...flags }
  const server = await startServer(database.authenticatorUrl, all)
  onTestFinished(server.stop)
  return server
}

async function answersTo(server: TestServer, targets: readonly string[], headers = MALLORY) {
  const answers = []
  for (const target of targets) answers.push(await server.get(target, { headers }))
  return answers
}

const same = (count: number) => Array.from({ length: count }, () => '/notices')
const READS_12_ROWS = { 'mass-read': { mode: 'act', rowsMin: 12, response: ['ban'] } } as const

test('on the whole way: a refusal in the place of the rows, without what would be said of them', async () => {
  const rules = { 'id-enumeration': { mode: 'act', threshold: 2, response: ['ban'] } }
  const server = await serve(rules)
  const keys = [1, 2, 3].map(id => `/notices?id=eq.${id}`)
  const answers = await answersTo(server, keys)
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 403])
  const [, , refused] = answers
  expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'ST430' })
  expect(refused?.headers['retry-after']).toMatch(/^\d+$/)
  for (const name of ['content-range', 'etag', 'cache-status']) {
    expect(refused?.headers[name]).toBeUndefined()
  }
  const others = { ...MALLORY, 'x-forwarded-for': '203.0.113.7' }
  const [other] = await answersTo(server, ['/notices?id=eq.3'], others)
  expect(other?.status).toBe(200)
})

test('on the short way of kept answers too', async () => {
  const server = await serve(READS_12_ROWS)
  const answers = await answersTo(server, same(7))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 403, 403])
  expect(answers[4]?.headers['cache-status']).toMatch(/hit/)
  expect(JSON.parse(answers[5]?.body ?? '')).toMatchObject({ code: 'ST430' })
  const alerts = server.events.filter(({ kind }) => kind === 'security.alert')
  expect(alerts).toMatchObject([{ alert: { rule: 'mass-read', count: 12, outcome: 'ban' } }])
})

test('who only has watched sends what was asked for', async () => {
  const server = await serve({ 'mass-read': { ...READS_12_ROWS['mass-read'], mode: 'watch' } })
  const answers = await answersTo(server, same(7))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(server.events).toContainEqual(expect.objectContaining({ kind: 'security.alert' }))
})

test('a ban of logins keeps out nobody who is in already', async () => {
  const server = await serve({ 'mass-read': { ...READS_12_ROWS['mass-read'], scope: 'login' } })
  const answers = await answersTo(server, same(7))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(server.events).toContainEqual(expect.objectContaining({ kind: 'security.measure' }))
})
