import { expect, test } from 'vitest'
import { parseQuery } from './query.ts'

/** The tests of the root's filters, and their values. */
function filters(query: string) {
  const { read, parameters } = parseQuery(query)
  return { where: read.where, parameters }
}

const compare = (operator: string, index = 1) => ({
  kind: 'compare',
  operator,
  value: { index },
})

test.each('eq neq gt gte lt lte like ilike match imatch cs cd ov sl sr nxr nxl adj'.split(' '))(
  '%s compares with the rest of the value',
  operator => {
    const { where, parameters } = filters(`a=${operator}.x.(y),"z"`)
    expect(where).toMatchObject([{ negated: false, test: compare(operator) }])
    expect(parameters).toEqual(['x.(y),"z"'])
    expect(filters(`a=not.${operator}.`).where).toMatchObject([{ negated: true }])
  },
)

test.each('eq gt gte lt lte like ilike match imatch'.split(' '))(
  '%s takes any and all',
  operator => {
    for (const quantifier of ['any', 'all']) {
      const { where, parameters } = filters(`a=${operator}(${quantifier}).{1,2}`)
      expect(where).toMatchObject([{ test: { ...compare(operator), quantifier } }])
      expect(parameters).toEqual(['{1,2}'])
    }
  },
)

test('a star is a percent sign in the patterns of like and ilike alone', () => {
  const query = 'a=like.*x*&a=ilike(any).{*x,y*}&a=match.^x*&a=eq.*&or=(a.like.*y,a.eq.*)'
  expect(filters(query).parameters).toEqual(['%x%', '{%x,y%}', '^x*', '*', '%y', '*'])
})

test.each([
  ['(1,2,3)', '{"1","2","3"}'],
  ['()', '{}'],
  ['(   )', '{}'],
  ['(,)', '{"",""}'],
  ['( ,3)', '{"","3"}'],
  ['( 1, 2 )', '{"1"," 2 "}'],
  ['("a,b","c)d")', '{"a,b","c)d"}'],
  ['("a\\"b","c\\\\d","e\\f")', '{"a\\"b","c\\\\d","ef"}'],
  ['(")', '{"\\""}'],
  ['("a"b,c)', '{"\\"a\\"b","c"}'],
  ['(a"b"c,\\)', '{"a\\"b\\"c","\\\\"}'],
])('in.%s is the array %s', (list, literal) => {
  expect(filters(`a=in.${list}`)).toMatchObject({
    where: [{ negated: false, test: { kind: 'in', value: { index: 1 } } }],
    parameters: [literal],
  })
  expect(filters(`or=(a.not.in.${list} ,b.eq.1)`).parameters).toEqual([literal, '1'])
})

test('is takes its five words in any case', () => {
  for (const word of ['null', 'not_null', 'true', 'false', 'unknown', 'NoT_NuLl']) {
    const expected = { kind: 'is', value: word.toLowerCase() }
    expect(filters(`a=is.${word}`)).toMatchObject({ where: [{ test: expected }], parameters: [] })
  }
  expect(filters('and=(a.not.is.NULL , b.is.true)').where).toMatchObject([
    { conditions: [{ negated: true, test: { value: 'null' } }, { test: { value: 'true' } }] },
  ])
})

test('isdistinct takes a value', () => {
  expect(filters('a=isdistinct.{1,2}')).toMatchObject({
    where: [{ test: { kind: 'isdistinct', value: { index: 1 } } }],
    parameters: ['{1,2}'],
  })
})

test.each(['fts', 'plfts', 'phfts', 'wfts'] as const)('%s takes a language', operator => {
  const { where, parameters } = filters(`a=${operator}(french).x y&b=${operator}.z`)
  expect(where).toMatchObject([
    { test: { kind: 'search', operator, language: { index: 1 }, value: { index: 2 } } },
    { test: { kind: 'search', operator, language: undefined, value: { index: 3 } } },
  ])
  expect(parameters).toEqual(['french', 'x y', 'z'])
})

test('logic nests, is negated, and may hold spaces, quotes and braces', () => {
  const { where, parameters } = filters(
    'or=( id.eq.1 , and ( b->>c.eq."x,y)",not.or(d.cs.{1,2},"e.f".not.in.(1,2)) ) , g->0.gt."a\\"")',
  )
  expect(where).toMatchObject([
    {
      kind: 'or',
      negated: false,
      conditions: [
        { kind: 'filter', field: { name: 'id' } },
        {
          kind: 'and',
          negated: false,
          conditions: [
            { field: { name: 'b', path: [{ arrow: '->>', key: 'c' }] } },
            { kind: 'or', negated: true, conditions: [{}, { field: { name: 'e.f' } }] },
          ],
        },
        { field: { name: 'g', path: [{ key: '0', isIndex: true }] } },
      ],
    },
  ])
  expect(parameters).toEqual(['1 ', 'x,y)', '{1,2}', '{"1","2"}', 'a"'])
})

test('and, or and not are operators of the URL and names of columns', () => {
  const { where } = filters(
    'not.and=(and.eq.1,or.eq.1,not.eq.1,not.not.eq.1,"or".eq.1,not.or(a.eq.1))',
  )
  expect(where).toMatchObject([
    {
      kind: 'and',
      negated: true,
      conditions: [
        { kind: 'filter', field: { name: 'and' } },
        { kind: 'filter', field: { name: 'or' } },
        { kind: 'filter', field: { name: 'not' }, negated: false },
        { kind: 'filter', field: { name: 'not' }, negated: true },
        { kind: 'filter', field: { name: 'or' } },
        { kind: 'or', negated: true },
      ],
    },
  ])
})

test('values in logic end before a comma or parenthesis; odd quotes and braces belong to them', () => {
  const query = 'or=(a.eq.x(y,b.eq."z"w,c.eq."v,d.eq.{1,e.eq.{{2},f.eq.{,g.eq.)'
  expect(filters(query).parameters).toEqual(['x(y', '"z"w', '"v', '{1', '{{2}', '{', ''])
})

test('a parenthesis too many after logic is let pass', () => {
  expect(filters('and=(id.eq.1,id.neq.2)) )').parameters).toEqual(['1', '2'])
})

test('not may stand anywhere before the operator of logic', () => {
  for (const name of ['rel.not.or', 'not.rel.or']) {
    const { select } = parseQuery(`select=rel(*)&${name}=(a.eq.1)`).read
    expect(select).toMatchObject([{ where: [{ kind: 'or', negated: true }] }])
  }
})

const HINT = 'A filter is an operator, a dot and a value, for instance eq.5.'
const OPERATOR = '"not" or operator (eq, gt, ...)'
const IS = 'null, not_null, true, false or unknown'

test.each([
  ['a=0', 'filter (0)', 1, `unexpected "0" expecting ${OPERATOR}`, HINT],
  ['a=noop.0', 'filter (noop.0)', 1, `unexpected "n" expecting ${OPERATOR}`, HINT],
  ['a=', 'filter ()', 1, `unexpected end of input expecting ${OPERATOR}`, HINT],
  ['a=not.x', 'filter (not.x)', 5, 'unexpected "x" expecting operator (eq, gt, ...)', HINT],
  ['a=eq', 'filter (eq)', 3, 'unexpected end of input expecting delimiter (.)', null],
  ['a=eq().1', 'filter (eq().1)', 4, 'unexpected ")" expecting "any" or "all"', null],
  ['a=eq(any.1', 'filter (eq(any.1)', 7, 'unexpected "." expecting ")"', null],
  ['a=neq(any).1', 'filter (neq(any).1)', 4, 'unexpected "(" expecting delimiter (.)', null],
  ['a=in().1', 'filter (in().1)', 3, 'unexpected "(" expecting delimiter (.)', null],
  ['a=in.1', 'filter (in.1)', 4, 'unexpected "1" expecting "("', null],
  ['a=in.(1', 'filter (in.(1)', 6, 'unexpected end of input expecting "," or ")"', null],
  ['a=in.(1)x', 'filter (in.(1)x)', 7, 'unexpected "x" expecting end of input', null],
  ['a=is.nil', 'filter (is.nil)', 4, `unexpected "n" expecting ${IS}`, null],
  ['a=is.', 'filter (is.)', 4, `unexpected end of input expecting ${IS}`, null],
  ['a=is.null,b', 'filter (is.null,b)', 8, 'unexpected "," expecting end of input', null],
  ['a=fts().x', 'filter (fts().x)', 5, 'unexpected ")" expecting letter or digit', null],
  ['a=fts(x.y', 'filter (fts(x.y)', 6, 'unexpected "." expecting ")"', null],
  [
    'or=()',
    'logic tree (())',
    4,
    'unexpected ")" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)',
    null,
  ],
  ['or=)(', 'logic tree ()()', 3, 'unexpected ")" expecting "("', null],
  ['or=(a.eq.1', 'logic tree ((a.eq.1)', 10, 'unexpected end of input expecting "," or ")"', null],
  ['or=(a.eq.{1}x)', 'logic tree ((a.eq.{1}x))', 12, 'unexpected "x" expecting "," or ")"', null],
  ['or=(a)', 'logic tree ((a))', 5, 'unexpected ")" expecting "->>", "->" or delimiter (.)', null],
  [
    'or=(not(a.eq.1))',
    'logic tree ((not(a.eq.1)))',
    7,
    'unexpected "(" expecting "->>", "->" or delimiter (.)',
    null,
  ],
  ['or=(a.eq.1)x', 'logic tree ((a.eq.1)x)', 11, 'unexpected "x" expecting end of input', null],
  [
    'id)=eq.1',
    'tree path (id))',
    3,
    'unexpected ")" expecting "->>", "->", delimiter (.) or end of input',
    null,
  ],
  [
    '=eq.1',
    'tree path ()',
    1,
    'unexpected end of input expecting field name (* or [a..z0..9_$])',
    null,
  ],
  [
    'a).limit=1',
    'tree path (a))',
    2,
    'unexpected ")" expecting delimiter (.) or end of input',
    null,
  ],
])('%s is refused with its place', (query, subject, column, details, hint) => {
  const message = `"failed to parse ${subject}" (line 1, column ${column})`
  const error = { code: 'PGRST100', status: 400, message, details, hint }
  expect(() => parseQuery(query)).toThrow(expect.objectContaining(error))
})
