import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, expect, test } from 'vitest'
import { compiled, planned } from '../../../tests/support/library.ts'
import { aggregate, embed, field, filter, read, spread } from '../../../tests/support/requests.ts'
import { parameter, STierError } from '../../base/index.ts'
import type { JsonStep, ReadRequest } from '../plan/index.ts'

beforeAll(() => loadModule())

/** Written by the people who try, and what ends or opens anything in PostgreSQL's lexer. */
const PAYLOADS = [
  `"`,
  `""`,
  `'`,
  `''`,
  `\\`,
  `\\'`,
  `x" from pg_authid; --`,
  `x"; drop table books; --`,
  `x' or '1'='1`,
  `x' || (select rolpassword from pg_authid limit 1) || '`,
  `\\' union select 1 --`,
  `x")) as t; delete from books; --`,
  `$1`,
  `$$`,
  `$x$`,
  `/*`,
  `*/`,
  `--`,
  `U&"d\\0061t"`,
  `E'\\x27'`,
  `\n;\n`,
  `::text`,
  `a.b`,
  `a,b`,
  `(select 1)`,
  `text) as x, (select 1`,
  `text); drop table books; --`,
  `int4[]; select 1`,
  `double precision`,
  `"char"`,
  `pg_catalog.text`,
  `numeric(10,2)`,
  `text collate "C"`,
  `＂`,
  `🦆`,
]

const payload = fc.oneof(
  fc.constantFrom(...PAYLOADS),
  fc
    .array(fc.constantFrom(...PAYLOADS), { minLength: 1, maxLength: 3 })
    .map(parts => parts.join('')),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }),
)

/** At the end of every text, so that none is equal to a name of the statement's own by chance. */
const MARK = '¦'
const BENIGN = `benign${MARK}`

function key(text: string, arrow: JsonStep['arrow'] = '->>'): JsonStep {
  return { arrow, key: text, isIndex: false }
}

/** Every place of a request whose text becomes part of the statement without being a name of the catalog. */
const SLOTS: Readonly<Record<string, (text: string) => ReadRequest>> = {
  'alias of a field': alias => read('books', { select: [field('id', { alias })] }),
  'alias of an aggregate': alias => read('books', { select: [aggregate('count', '', { alias })] }),
  'alias of a to-one embed': alias =>
    read('books', { select: [embed('authors', [field('id')], { alias })] }),
  'alias of a to-many embed': alias =>
    read('authors', { select: [embed('books', [field('id')], { alias })] }),
  'alias within a spread': alias =>
    read('books', { select: [spread('authors', [field('id', { alias })])] }),
  'JSON key of a field': text =>
    read('books', {
      select: [{ kind: 'field', field: { name: 'data', path: [key(text)] }, alias: 'x' }],
    }),
  'JSON key as the name of a field': text =>
    read('books', {
      select: [{ kind: 'field', field: { name: 'data', path: [key(text, '->')] } }],
    }),
  'JSON key of a filter': text =>
    read('books', {
      where: [{ ...filter('data', 'eq'), field: { name: 'data', path: [key(text)] } }],
    }),
  'JSON key of an order': text =>
    read('books', { order: [{ field: { name: 'data', path: [key(text, '->'), key(text)] } }] }),
}

/** The parse tree without positions, and with the payload itself blotted out wherever it is a whole leaf. */
function skeleton(text: string, input: string): unknown {
  return JSON.parse(JSON.stringify(parseSync(text).stmts), (name, value: unknown) => {
    if (name === 'location' || name === 'stmt_len') return undefined
    return value === input ? '#' : value
  })
}

function textOf(request: ReadRequest): string {
  return compiled(planned(request)).text
}

test.each(Object.keys(SLOTS))('no text changes the parse tree: %s', slot => {
  const request = SLOTS[slot] as (text: string) => ReadRequest
  const expected = skeleton(textOf(request(BENIGN)), BENIGN)
  fc.assert(
    fc.property(payload, text => {
      const marked = text + MARK
      fc.pre(Buffer.byteLength(marked) < 64)
      expect(skeleton(textOf(request(marked)), marked)).toEqual(expected)
    }),
    { numRuns: 150 },
  )
})

test('no type name changes anything but the type: others are refused before they are compiled', () => {
  const request = (cast: string) => read('books', { select: [field('id', { cast })] })
  const withoutType = (text: string) =>
    JSON.parse(JSON.stringify(skeleton(text, BENIGN)), (name, value: unknown) =>
      name === 'typeName' ? '#' : value,
    )
  const expected = withoutType(textOf(request('text')))
  const outcomes = new Set<string>()
  fc.assert(
    fc.property(payload, cast => {
      try {
        expect(withoutType(textOf(request(cast)))).toEqual(expected)
        outcomes.add('compiled')
      } catch (error) {
        if (!(error instanceof STierError)) throw error
        expect(error.status).toBe(400)
        outcomes.add('refused')
      }
    }),
    { numRuns: 300, examples: PAYLOADS.map(cast => [cast]) },
  )
  expect([...outcomes].sort()).toEqual(['compiled', 'refused'])
})

test('the same check catches a compiler that pastes names and keys as they are', () => {
  const pasted = (slot: string, text: string) =>
    textOf((SLOTS[slot] as (text: string) => ReadRequest)(BENIGN)).replaceAll(BENIGN, text)
  for (const slot of Object.keys(SLOTS)) {
    const expected = skeleton(pasted(slot, BENIGN), BENIGN)
    const caught = PAYLOADS.filter(text => {
      try {
        return JSON.stringify(skeleton(pasted(slot, text), text)) !== JSON.stringify(expected)
      } catch {
        return true // It no longer parses at all.
      }
    })
    expect(caught.length, slot).toBeGreaterThan(5)
  }
})

test('a statement is compiled before any value is known, so values cannot be in it', () => {
  const request = read('books', { where: [filter('title', 'eq')], limit: parameter(2) })
  expect(textOf(request)).toContain('"root"."title" = $1')
  expect(textOf(request)).toContain('limit $2::bigint')
})
