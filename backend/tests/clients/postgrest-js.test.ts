import { readFileSync } from 'node:fs'
import { PostgrestClient, PostgrestError } from '@supabase/postgrest-js'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { holdLock, WAITING_SQL } from '../support/lock.ts'
import { as, startServer, type TestServer } from '../support/server.ts'
import { type ValidatedFetch, validatedFetch } from '../support/validated-fetch.ts'
import { journaledIfCached, readTwice } from './read-twice.ts'

let database: TestDatabase
let server: TestServer
let library: PostgrestClient
let validated: ValidatedFetch
beforeAll(async () => {
  const fixture = new URL('../requests/fixture.sql', import.meta.url)
  database = await createDatabase(readFileSync(fixture, 'utf8'))
  await database.query(`set search_path = library; ${WAITING_SQL}`)
  await database.query('alter function library.wait() set search_path = pg_catalog')
  await journaledIfCached(database.url)
  server = await startServer(database.authenticatorUrl, {
    '--rest-prefix': '/rest/v1',
    '--database-schemas': 'library,archive',
    '--database-plan-enabled': 'true',
    '--database-aggregates-enabled': 'true',
  })
  validated = validatedFetch(server.address, '/rest/v1')
  library = client()
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

function client(headers: Record<string, string> = {}): PostgrestClient {
  return new PostgrestClient(`${server.address}/rest/v1`, {
    headers,
    retry: false,
    fetch: readTwice(validated.fetch),
  })
}

const books = (columns = 'id') => library.from('books').select(columns)

/** The ids of what a filter leaves. */
async function ids(filtered: PromiseLike<{ data: unknown; error: unknown }>): Promise<unknown[]> {
  const { data, error } = await filtered
  expect(error).toBeNull()
  return (data as { id: unknown }[]).map(({ id }) => id)
}

test('select: all columns, some, renamed, cast, from JSON', async () => {
  const { data, status, statusText } = await library.from('tags').select()
  expect({ data, status, statusText }).toEqual({
    data: [
      { id: 1, name: 'classic' },
      { id: 2, name: 'short stories' },
      { id: 3, name: 'essay' },
      { id: 4, name: 'modernism' },
    ],
    status: 200,
    statusText: 'OK',
  })
  const { data: book } = await library
    .from('books')
    .select('name:title, price::text, pages:details->pages, label')
    .eq('id', 1)
    .single()
  expect(book).toEqual({ name: 'Ficciones', price: '14.50', pages: 174, label: 'Ficciones (1944)' })
})

test('every filter of a value', async () => {
  expect(await ids(books().eq('title', 'The Aleph'))).toEqual([2])
  expect(await ids(books().neq('author_id', 2))).toEqual([1, 2, 5, 6])
  expect(await ids(books().gt('price', 12))).toEqual([1, 5])
  expect(await ids(books().gte('price', 12))).toEqual([1, 2, 5])
  expect(await ids(books().lt('published', 1913))).toEqual([5])
  expect(await ids(books().lte('published', 1913))).toEqual([5, 6])
  expect(await ids(books().is('price', null))).toEqual([6])
  expect(await ids(books().isDistinct('shelf_id', 2))).toEqual([1, 2, 5, 7])
  expect(await ids(books().in('id', [2, 4, 99]))).toEqual([2, 4])
  expect(await ids(books().in('title', ['Ficciones', 'a,b', 'c"d']))).toEqual([1])
  expect(await ids(books().notIn('id', [1, 2, 3]))).toEqual([4, 5, 6, 7])
  expect(await ids(books().match({ author_id: 1, shelf_id: 4 }))).toEqual([1, 2])
  expect(await ids(books().filter('id', 'in', '(1,3)'))).toEqual([1, 3])
  expect(await ids(books().not('translator_id', 'is', null))).toEqual([1, 2])
  expect(await ids(library.from('members').select('id').is('active', false))).toEqual([3])
})

test('every filter of a pattern', async () => {
  expect(await ids(books().like('title', 'The %'))).toEqual([2, 5])
  expect(await ids(books().likeAllOf('title', ['The%', '%Book']))).toEqual([5])
  expect(await ids(books().likeAnyOf('title', ['Fic%', '%Book']))).toEqual([1, 5])
  expect(await ids(books().ilike('title', 'the %'))).toEqual([2, 5])
  expect(await ids(books().ilikeAllOf('title', ['the%', '%book']))).toEqual([5])
  expect(await ids(books().ilikeAnyOf('title', ['fic%', '%book']))).toEqual([1, 5])
  expect(await ids(books().regexMatch('title', '^T.*[hk]$'))).toEqual([2, 5])
  expect(await ids(books().regexIMatch('title', 'ALEPH'))).toEqual([2])
})

test('every filter of arrays, JSON and ranges', async () => {
  expect(await ids(books().contains('languages', ['es']))).toEqual([1, 2])
  expect(await ids(books().contains('details', { pages: 194 }))).toEqual([3])
  expect(await ids(books().containedBy('languages', ['en', 'ja']))).toEqual([3, 4, 5, 7])
  expect(await ids(books().overlaps('languages', ['fr', 'ja']))).toEqual([5, 6])
  expect(await ids(books().overlaps('on_display', '[2024-05-15,2024-05-20)'))).toEqual([1, 3])
  expect(await ids(books().rangeGt('on_display', '[2024-01-01,2024-05-15)'))).toEqual([6])
  expect(await ids(books().rangeGte('on_display', '[2024-05-01,2024-06-15)'))).toEqual([3, 6])
  expect(await ids(books().rangeLt('on_display', '[2024-06-01,2024-07-15)'))).toEqual([1])
  expect(await ids(books().rangeLte('on_display', '[2024-05-01,2024-07-01)'))).toEqual([1, 3])
  expect(await ids(books().rangeAdjacent('on_display', '[2024-06-01,2024-08-01)'))).toEqual([1])
})

test('text search of every kind', async () => {
  const search = (query: string, options: Parameters<ReturnType<typeof books>['textSearch']>[2]) =>
    ids(books().textSearch('words', query, options))
  expect(await search("'room' | 'lighthouse'", { config: 'english' })).toEqual([4, 7])
  expect(await search('pillow books', { type: 'plain' })).toEqual([5])
  expect(await search('pillow book', { type: 'phrase', config: 'english' })).toEqual([5])
  expect(await search('aleph or dalloway', { type: 'websearch' })).toEqual([2, 3])
})

test('or(), nested and of an embedded table', async () => {
  expect(await ids(books().or('id.eq.1,and(author_id.eq.2,price.lt.9)'))).toEqual([1, 7])
  const { data } = await library
    .from('authors')
    .select('name, books!author_id(id)')
    .or('id.eq.1,price.gt.10', { referencedTable: 'books' })
    .eq('id', 1)
  expect(data).toEqual([{ name: 'Jorge Luis Borges', books: [{ id: 1 }, { id: 2 }] }])
})

test('order, limit and range, of the table and of what is embedded', async () => {
  const newest = books().order('published', { ascending: false, nullsFirst: false })
  expect(await ids(newest.limit(2))).toEqual([2, 1])
  expect(await ids(books().order('id').range(2, 4))).toEqual([3, 4, 5])
  const { data } = await library
    .from('authors')
    .select('id, books!author_id(id)')
    .eq('id', 2)
    .order('published', { referencedTable: 'books', ascending: false })
    .range(0, 1, { referencedTable: 'books' })
  expect(data).toEqual([{ id: 2, books: [{ id: 7 }, { id: 4 }] }])
})

test('single() wants one row and maybeSingle() at most one', async () => {
  expect((await books().eq('id', 1).single()).data).toEqual({ id: 1 })
  const none = await books().eq('id', 99).single()
  expect(none).toMatchObject({
    data: null,
    status: 406,
    error: { code: 'PGRST116', details: 'The result contains 0 rows' },
  })
  expect(await books().eq('id', 99).maybeSingle()).toMatchObject({ data: null, error: null })
  expect((await books().eq('id', 1).maybeSingle()).data).toEqual({ id: 1 })
  expect((await books().maybeSingle()).error).toMatchObject({ code: 'PGRST116' })
})

test('csv() and stripNulls()', async () => {
  const { data } = await library.from('tags').select().lte('id', 2).csv()
  expect(data).toBe('id,name\n1,classic\n2,"short stories"')
  const stripped = await books('id, price').eq('id', 6).stripNulls()
  expect(stripped.data).toEqual([{ id: 6 }])
})

test('counts of every kind, without rows and with some', async () => {
  const head = await library.from('books').select('*', { count: 'exact', head: true })
  expect(head).toMatchObject({ data: null, count: 7, status: 200, error: null })
  const some = await library.from('books').select('id', { count: 'exact' }).limit(2)
  expect(some).toMatchObject({ count: 7, status: 206, data: [{ id: 1 }, { id: 2 }] })
  for (const count of ['planned', 'estimated'] as const) {
    expect((await library.from('books').select('id', { count })).count).toBe(7)
  }
  expect((await books()).count).toBeNull()
})

test('embeds: to one, to many, many to many, spread, inner', async () => {
  const { data, error } = await library
    .from('books')
    .select(
      'title, author:authors!author_id(name, ...countries(country:name)), tags(name), copies(number)',
    )
    .eq('id', 1)
    .single()
  expect(error).toBeNull()
  expect(data).toEqual({
    title: 'Ficciones',
    author: { name: 'Jorge Luis Borges', country: 'Argentina' },
    tags: [{ name: 'classic' }, { name: 'short stories' }],
    copies: [{ number: 1 }, { number: 2 }],
  })
  const inner = books('id, bindings!inner(material)').eq('bindings.material', 'cloth')
  expect(await ids(inner)).toEqual([3])
  const counted = await library.from('tags').select('name, books(count)').eq('id', 1).single()
  expect(counted.data).toEqual({ name: 'classic', books: [{ count: 3 }] })
})

test('schema() chooses another schema', async () => {
  const { data } = await library.schema('archive').from('ledger').select('year').order('year')
  expect(data).toEqual([{ year: 2022 }, { year: 2023 }])
  const { error, status } = await library.schema('nowhere').from('ledger').select()
  expect(status).toBe(406)
  expect(error).toMatchObject({ code: 'PGRST106' })
})

test('abortSignal() ends the request, and the query with it', async () => {
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  const controller = new AbortController()
  const answer = library.from('waiting').select().abortSignal(controller.signal)
  const settled = answer.then(({ data, error }) => ({ data, message: error?.message }))
  await lock.awaited(1)
  controller.abort()
  expect(await settled).toEqual({ data: null, message: expect.stringContaining('AbortError') })
  await lock.awaited(0)
})

test('explain() tells the plan', async () => {
  const text = await books().eq('id', 1).explain({ analyze: true, verbose: true })
  expect(text.data).toContain('actual time')
  const json = await books().explain({ format: 'json' })
  expect(json.data).toEqual([
    { Plan: expect.objectContaining({ 'Node Type': expect.any(String) }) },
  ])
})

test('setHeader() and a token: rows of one member', async () => {
  const member = client(as('authenticated', { member_id: 1 }))
  expect(await ids(member.from('loans').select('id').order('id'))).toEqual([1, 3])
  const { authorization } = as('authenticated', { member_id: 3 })
  const other = library.from('loans').select('id').setHeader('Authorization', authorization)
  expect(await ids(other)).toEqual([4])
})

test('an error is an object with code, details, hint and message', async () => {
  const { data, error, status, statusText } = await library.from('bookz').select()
  expect({ data, status, statusText }).toEqual({ data: null, status: 404, statusText: 'Not Found' })
  expect(error).toMatchObject({
    code: 'PGRST205',
    details: null,
    hint: "Perhaps you meant the table 'library.books'",
    message: "Could not find the table 'library.bookz' in the schema cache",
  })
  const refused = await library.from('loans').select()
  expect(refused).toMatchObject({ status: 401, error: { code: '42501' } })
  expect((await books('nothing')).error).toMatchObject({ code: '42703' })
})

test('throwOnError() throws it', async () => {
  const thrown = await Promise.resolve(library.from('bookz').select().throwOnError()).catch(
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(PostgrestError)
  expect(thrown).toMatchObject({ code: 'PGRST205' })
})

test('all of these answers were as the document of the server says', () => {
  expect(validated.complaints).toEqual([])
})
