import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { runApart } from '../../tests/support/command-line.ts'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createJournaledDatabase } from '../../tests/support/journal.ts'
import { as, startServer } from '../../tests/support/server.ts'

const SCHEMA = `
  create schema other;
  create table films (id int generated always as identity primary key, title text not null);
  create table other.notes (id int primary key);
  grant usage on schema public to anon;
  grant select on films to anon;
  create table secrets (id int primary key);
`
let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
})
afterAll(() => database.drop())

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stier-describing-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Runs a command in that directory. */
const run = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runApart(argv, { directory, environment })

const url = () => database.authenticatorUrl
const TIMED = '{"public.films":{"ttlMs":60000}}'
const here = (name: string, content: string) => writeFileSync(join(directory, name), content)
const openapi = async (...argv: string[]) => JSON.parse((await run(['openapi', ...argv])).text)

test('types are those of the schemas, the first of which is the default one', async () => {
  const { code, text } = await run(['types', url(), '--schema', 'other,public'])
  expect(code).toBe(0)
  expect(text).toMatch(/^ {2}other: \{\n {4}Tables: \{\n {6}notes: \{/m)
  expect(text).toMatch(/^ {6}films: \{/m)
  expect(text).toContain('type DefaultSchema = "other"')
  expect((await run(['types'], { DATABASE_URL: url() })).text).not.toContain('notes')
})

test('types without a database, or of one that is not there', async () => {
  expect(await run(['types'])).toMatchObject({
    code: 3,
    text: '',
    problem: expect.stringMatching(/^Error ST012: No database is given\n.*s-tier types postgres:/),
  })
  const { code, problem } = await run(['types', url(), '--schema', 'nowhere'])
  expect({ code, problem }).toMatchObject({ code: 4, problem: expect.stringContaining('nowhere') })
})

test.each([
  ['that keeps nothing', {}, false],
  ['that keeps answers', { '--cache-tables': TIMED }, true],
  ['whose cache is off', { '--cache-tables': TIMED, '--cache-enabled': 'false' }, false],
])('the document is the one that a server answers %s', async (_which, flags, isCached) => {
  const server = await startServer(url(), { '--rest-prefix': '/rest/v1', ...flags })
  const { body } = await server.get('/openapi.json')
  await server.stop()
  const options = { '--database-anon-role': 'anon', ...flags }
  const argv = Object.entries(options).map(([name, value]) => `${name}=${value}`)
  const printed = await openapi(url(), '--role', 'anon', ...argv)
  const { info, ...served } = JSON.parse(body)
  expect(printed).toEqual({ ...served, info: { ...info, version: '1.2.3' } })
  expect('304' in printed.paths['/films'].get.responses).toBe(isCached)
})

test('in a database with a journal that the login may read, the document tells of a cache', async () => {
  const journaled = await createJournaledDatabase(SCHEMA)
  const { paths } = await openapi(journaled.authenticatorUrl)
  expect(paths['/films'].get.responses).toHaveProperty('304')
  await journaled.drop()
})

test('a role sees what it may use; without one there is everything', async () => {
  const paths = async (...argv: string[]) => Object.keys((await openapi(url(), ...argv)).paths)
  expect(await paths()).toEqual(['/films', '/secrets'])
  expect(await paths('--role', 'anon')).toEqual(['/films'])
  expect(await paths('--schema', 'other')).toEqual(['/notes'])
})

test('a database that is as its document was: nothing changed', async () => {
  here('old.json', (await run(['openapi', url()])).text)
  expect(await run(['openapi', 'diff', 'old.json', url()])).toEqual({
    code: 0,
    text: 'Nothing changed that a client could notice.\n',
    problem: '',
  })
  const same = await run(['openapi', 'diff', 'old.json'], { DATABASE_URL: url() })
  expect(same.code).toBe(0)
})

test('a column that is gone breaks: exit code 1; one that is new does not', async () => {
  here('old.json', (await run(['openapi', url()])).text)
  const changed = await createDatabase(SCHEMA)
  await changed.query('alter table films add length interval')
  const { code, text } = await run(['openapi', 'diff', 'old.json', changed.authenticatorUrl])
  expect(code).toBe(0)
  expect(text).toContain('length: the property is new')
  await changed.query('alter table films drop title')
  const broken = await run(['openapi', 'diff', 'old.json', changed.authenticatorUrl])
  expect(broken.code).toBe(1)
  expect(broken.text).toMatch(/^Breaking\n/)
  expect(broken.text).toContain('as answered, title: the property is gone')
  const listed = await run(['openapi', 'diff', '--json', 'old.json', changed.authenticatorUrl])
  expect(JSON.parse(listed.text)).toContainEqual({
    breaking: true,
    at: 'schema Films',
    place: 'as answered, title',
    message: 'the property is gone',
  })
  await changed.drop()
})

test('a document may come from a running server', async () => {
  const server = await startServer(url())
  here('new.json', '{"openapi":"3.1.0","paths":{}}')
  const place = `${server.address}/openapi.json`
  const { code, text } = await run(['openapi', 'diff', place, 'new.json'])
  await server.stop()
  expect(code).toBe(1)
  expect(text).toContain('/films\n    the path is gone')
  expect((await run(['openapi', 'diff', place])).problem).toMatch(/^Error ST013: .*cannot be read/)
})

test.each([
  [['openapi', 'diff'], /^Error ST011: .*needs an older document/],
  [['openapi', 'diff', 'missing.json', 'new.json'], /^Error ST013: .*missing.json cannot be read/],
  [['openapi', 'diff', 'text.json', 'text.json'], /^Error ST013: .*text.json is not JSON/],
  [['openapi', 'diff', 'swagger.json', 'x'], /^Error ST013: .*is no OpenAPI 3 document/],
  [['openapi', 'postgres://a', 'postgres://b'], /^Error ST011: .*does not know what to do/],
])('%j is refused in words', async (argv, words) => {
  here('text.json', 'x')
  here('swagger.json', '{"swagger":"2.0"}')
  const { problem } = await run(argv)
  expect(problem).toMatch(words)
})

test('a role that does not exist is no role without rights', async () => {
  const { code, problem } = await run(['openapi', url(), '--role', 'authentikated'])
  expect(code).toBe(2)
  expect(problem).toContain("There is no role 'authentikated'")
  expect(problem).toContain("Perhaps you meant 'authenticated'.")
})

test('a server that knows nobody without a token is asked with one', async () => {
  const server = await startServer(url(), { '--openapi-mode': 'follow-privileges' })
  try {
    const document = `${server.address}/openapi.json`
    here('older.json', JSON.stringify(await openapi(url(), '--role', 'authenticated')))
    const { authorization } = as('authenticated')
    const token = authorization.replace('Bearer ', '')
    const wrong = await run(['openapi', 'diff', 'older.json', document, '--token', 'nonsense'])
    expect(wrong.problem).toContain('the server answers 401')
    expect((await run(['openapi', 'diff', 'older.json', document, '--token', token])).code).toBe(0)
  } finally {
    await server.stop()
  }
})
