import { readdirSync, readFileSync } from 'node:fs'
import { join as joined } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'
import {
  clauses,
  identifier,
  integer,
  join,
  list,
  literal,
  parameter,
  Sql,
  type SqlPart,
  sql,
  storedExpression,
} from './index.ts'

let database: TestDatabase
beforeAll(async () => {
  await loadModule()
  database = await createDatabase()
})
afterAll(() => database.drop())

/** What ends names, strings, comments and statements, and what looks like it. */
const HOSTILE = [
  '"',
  '""',
  '";drop table users;--',
  "'",
  "''",
  "\\'; select 1; --",
  '\\',
  '\\\\',
  '$$',
  '$1',
  '/*',
  '*/',
  '--',
  '\n',
  '\r\n',
  '\u2028',
  '＂',
  'ʼ',
  '🦆',
  '%s',
  '${x}',
  'U&"\\0061"',
  "E'\\x27'",
  ' ',
  '.',
]

const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 6 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

test('a template is its text with its parts inside; absent parts leave nothing', () => {
  const where: SqlPart = false
  const text = sql`select ${identifier('a')}, ${parameter(2)} from ${identifier('s', 't')}${where}${undefined}`
  expect(text.text).toBe('select "a", $2 from "s"."t"')
})

test('parts are joined by commas, spaces or anything, absent ones left out', () => {
  const parts = [sql`a`, undefined, parameter(1), false, sql`b`] as const
  expect(list(parts).text).toBe('a, $1, b')
  expect(clauses(parts).text).toBe('a $1 b')
  expect(join(parts, sql` and `).text).toBe('a and $1 and b')
  expect(list([]).text).toBe('')
})

test('numbers are whole and safe', () => {
  expect(integer(-7).text).toBe('-7')
  for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => integer(value)).toThrow('integer')
  }
  for (const index of [0, -1, 1.5]) expect(() => sql`${parameter(index)}`).toThrow('parameter')
})

test('text that is not a template in the source cannot become SQL', () => {
  const strings = Object.assign(['select 1'], { raw: ['select 1'] })
  expect(() => Sql.tag(strings)).toThrow('sql is a template tag')
  const forge = Sql as unknown as new (key: symbol, text: string) => Sql
  expect(() => new forge(Symbol('sql'), 'select 1')).toThrow('made by the tag only')
})

test('NUL, which PostgreSQL cannot hold, is refused', () => {
  expect(() => identifier('a\0b')).toThrow('NUL')
  expect(() => literal('a\0b')).toThrow('NUL')
})

test('any text stays within the quotes of a name and within those of a string', () => {
  fc.assert(
    fc.property(hostile, text => {
      const name = text.replaceAll('\0', '')
      fc.pre(name !== '' && Buffer.byteLength(name) < 64 && !/\p{Surrogate}/u.test(name))
      const { text: statement } = sql`select ${literal(name)} as ${identifier(name)}`
      const target = { ResTarget: { name, val: { A_Const: { sval: { sval: name } } } } }
      const { stmts } = parseSync(statement)
      expect(stmts).toHaveLength(1)
      expect(stmts?.[0]?.stmt).toMatchObject({ SelectStmt: { targetList: [target] } })
    }),
  )
})

test.each(['on', 'off'])(
  'PostgreSQL reads names and strings back as they were, standard_conforming_strings %s',
  async setting => {
    const columns = list(HOSTILE.map(name => sql`${literal(name)} as ${identifier(name)}`))
    const client = new pg.Client(database.url)
    await client.connect()
    try {
      await client.query(sql`set standard_conforming_strings = ${identifier(setting)}`.text)
      const { rows } = await client.query(sql`select ${columns}`.text)
      expect(rows).toEqual([Object.fromEntries(HOSTILE.map(name => [name, name]))])
    } finally {
      await client.end()
    }
  },
)

test('only the catalog calls what PostgreSQL has stored an expression', () => {
  const source = fileURLToPath(new URL('..', import.meta.url))
  const callers = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter(path => /storedExpression|\.stored\(/.test(readFileSync(joined(source, path), 'utf8')))
  expect(callers.sort()).toEqual(['base/index.ts', 'base/sql.ts', 'query/catalog/columns.ts'])
  expect(storedExpression('now()').text).toBe('now()')
})
