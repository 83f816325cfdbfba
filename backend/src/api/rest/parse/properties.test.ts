import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { STierError } from '../../../base/index.ts'
import { cookiesJson } from './cookies.ts'
import { negotiate } from './negotiate.ts'
import { hasOperator } from './operators.ts'
import { parsePrefer } from './preferences.ts'
import { parseProfile } from './profile.ts'
import { parseQuery } from './query.ts'
import { arrayLiteral } from './quoted.ts'
import { parseRange } from './range.ts'

const runs = { numRuns: 2_000 }

/** Runs it; anything but a coded error of the client's is a failure. */
function expectCoded(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof STierError)) throw error
    expect(error.code).toMatch(/^(PGRST1\d\d|ST11\d)$/)
    expect(error.status).toBeGreaterThanOrEqual(400)
    expect(error.status).toBeLessThan(500)
  }
}

const TOKENS =
  'select= order= limit= offset= and= or= not. columns= on_conflict= a b. "c" & = ( ) , . : :: -> ->> - ! * ... { } %20 %22 % + eq. in. is. null fts like (any) .sum() count() .desc .nullslast inner 5 -1 \\ é 😀'
    .split(' ')
    .map(token => fc.constant(token))
const grammarText = fc.array(fc.oneof(...TOKENS), { maxLength: 40 }).map(tokens => tokens.join(''))
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), grammarText)

test('no query string makes the parser fail but with a coded error', () => {
  fc.assert(
    fc.property(anyText, fc.boolean(), (text, isCall) => {
      const isArgument = isCall ? (_: string, value: string) => !hasOperator(value) : undefined
      expectCoded(() => parseQuery(text, { isArgument }))
      expectCoded(() => parseQuery(`select=${text}`))
      expectCoded(() => parseQuery(`order=${text}`))
      expectCoded(() => parseQuery(`or=(${text})`))
      expectCoded(() => parseQuery(`a=${text}`))
    }),
    runs,
  )
})

test('no header makes the parsers fail but with a coded error', () => {
  const tokens =
    'text/csv */* application/vnd.pgrst.plan ; , = " q=0.5 for= handling=strict 0-1 - x'
  const header = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...tokens.split(' '))).map(parts => parts.join('')),
  )
  const offer = { types: ['application/json', 'text/csv'], plan: true }
  fc.assert(
    fc.property(header, text => {
      expectCoded(() => negotiate(text, offer))
      expectCoded(() => parsePrefer(text))
      expectCoded(() => parseRange('GET', text))
      expectCoded(() => parseProfile('GET', { acceptProfile: text }, ['public']))
      expectCoded(() => JSON.parse(cookiesJson(text)))
    }),
    runs,
  )
})

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test('PostgreSQL reads an array literal as exactly its elements', async () => {
  const character = fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'NULL', 'null', "'", '\n', 'é')
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }).filter(value => !value.includes('\0')),
    fc.array(character).map(parts => parts.join('')),
  )
  const elements = fc.array(text, { maxLength: 12 })
  const arrays = fc.array(elements, { minLength: 20, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(arrays, async lists => {
      const rows = await database.query<{ read: string[] }>(
        'select literal::text[] as read from unnest($1::text[]) with ordinality as list(literal, place) order by place',
        [lists.map(arrayLiteral)],
      )
      expect(rows.map(row => row.read)).toEqual(lists)
    }),
    { numRuns: 50 },
  )
})
