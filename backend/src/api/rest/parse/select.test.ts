import { expect, test } from 'vitest'
import { Draft, QUERY_LIMIT_DEFAULTS } from './draft.ts'
import { parseSelect } from './select.ts'

const parse = (text: string) => parseSelect(text, new Draft(QUERY_LIMIT_DEFAULTS))
const field = (name: string, rest: object = {}) => ({
  kind: 'field',
  field: { name, path: [] },
  ...rest,
})
const embed = (target: string, rest: object = {}) => ({
  kind: 'embed',
  target,
  spread: false,
  select: [{ kind: 'star' }],
  where: [],
  order: [],
  ...rest,
})

test('columns take an alias and a cast', () => {
  expect(parse('*, id ,fullName:full_name,salary::text, total : price::double precision')).toEqual([
    { kind: 'star' },
    field('id'),
    field('full_name', { alias: 'fullName' }),
    field('salary', { cast: 'text' }),
    field('price', { alias: 'total', cast: 'double precision' }),
  ])
})

test('names may hold spaces, dashes, dollars, digits and letters of any script', () => {
  const names = ['a b', 'identifier-with-dashes', '123', '_', '$', 'هویت', 'x-1']
  expect(parse(names.join(','))).toEqual(names.map(name => field(name)))
})

test('JSON paths have keys, indexes and quoted keys', () => {
  const [item] = parse('data->phones->0->>-1->"a.b"->!@#$%^&*_d->0xy1->23-xy-45->99999999999')
  expect(item).toMatchObject({
    field: {
      name: 'data',
      path: [
        { arrow: '->', key: 'phones', isIndex: false },
        { arrow: '->', key: '0', isIndex: true },
        { arrow: '->>', key: '-1', isIndex: true },
        { arrow: '->', key: 'a.b', isIndex: false },
        { arrow: '->', key: '!@#$%^&*_d', isIndex: false },
        { arrow: '->', key: '0xy1', isIndex: false },
        { arrow: '->', key: '23-xy-45', isIndex: false },
        { arrow: '->', key: '99999999999', isIndex: false },
      ],
    },
  })
})

test('an index is one inside an embed too', () => {
  const [item] = parse('rel(data->0)')
  expect(item).toMatchObject({ select: [{ field: { path: [{ key: '0', isIndex: true }] } }] })
})

test('aggregates take casts before and after, and an alias', () => {
  const sum = { name: 'sum' }
  expect(
    parse('amount.sum(),n:count(),count()::text,amount::int.avg()::text,data->x.max(),count'),
  ).toEqual([
    field('amount', { aggregate: sum }),
    field('', { aggregate: { name: 'count' }, alias: 'n' }),
    field('', { aggregate: { name: 'count', cast: 'text' } }),
    field('amount', { cast: 'int', aggregate: { name: 'avg', cast: 'text' } }),
    {
      kind: 'field',
      field: { name: 'data', path: [{ arrow: '->', key: 'x', isIndex: false }] },
      aggregate: { name: 'max' },
    },
    field('count'),
  ])
})

test('embeds take an alias, a hint, a kind of join and their own items', () => {
  expect(
    parse(
      'a(*),b:a!hint(*),a!inner(*),a!hint!left(*),a!inner!"inner"(*),...a!hint(*),a( ),"count"(*),a(b())',
    ),
  ).toEqual([
    embed('a'),
    embed('a', { alias: 'b', hint: 'hint' }),
    embed('a', { join: 'inner' }),
    embed('a', { hint: 'hint', join: 'left' }),
    embed('a', { hint: 'inner', join: 'inner' }),
    embed('a', { hint: 'hint', spread: true }),
    embed('a', { select: [] }),
    embed('count'),
    embed('a', { select: [embed('b', { select: [] })] }),
  ])
})

test('hints that begin like a kind of join are hints; of two the first holds', () => {
  expect(parse('a!leftover!innermost(*)')).toEqual([embed('a', { hint: 'leftover' })])
})

const NAME = 'field name (* or [a..z0..9_$])'
const AFTER_FIELD = 'letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input'
const AGGREGATE = '"sum", "avg", "count", "max" or "min"'

test.each([
  ['id,', 4, `unexpected end of input expecting ${NAME}`],
  [',id', 1, `unexpected "," expecting ${NAME}`],
  ['-id', 1, `unexpected "-" expecting ${NAME}`],
  ['""', 1, `unexpected """ expecting ${NAME}`],
  ['"id', 4, 'unexpected end of input expecting "\\"" that ends the name'],
  ['id,clients(name[])', 16, `unexpected "[" expecting ${AFTER_FIELD}`],
  ['clients(name', 13, 'unexpected end of input expecting "," or ")"'],
  ['clients!a!b!c(*)', 12, 'unexpected "!" expecting "!" or "("'],
  ['id)', 3, 'unexpected ")" expecting "," or end of input'],
  ['*!hint', 2, 'unexpected "!" expecting ")", "," or end of input'],
  ['name::', 7, 'unexpected end of input expecting letter or digit'],
  ['a.median()', 3, `unexpected "m" expecting ${AGGREGATE}`],
  ['a.sum', 6, 'unexpected end of input expecting "("'],
  ['a.sum(', 7, 'unexpected end of input expecting ")"'],
  ['count(*)', 7, 'unexpected "*" expecting ")"'],
  ['count()x', 8, 'unexpected "x" expecting "::", ")", "," or end of input'],
  ['data->>--34', 9, 'unexpected "-" expecting digit'],
  ['data->-78xy', 10, 'unexpected "x" expecting digit'],
  [
    'data->(a',
    7,
    'unexpected "(" expecting "-", digit or any non reserved character different from: .,>()',
  ],
  ['é😀,[', 4, `unexpected "[" expecting ${NAME}`],
])('select=%s is refused at column %i', (text, position, details) => {
  const message = `"failed to parse select parameter (${text})" (line 1, column ${position})`
  const error = { code: 'PGRST100', status: 400, message, details }
  expect(() => parse(text)).toThrow(expect.objectContaining(error))
})

test('a line break counts as one', () => {
  expect(() => parse('a,\nb')).toThrow('(line 1, column 3)')
  expect(() => parse('"\n",[')).toThrow('(line 2, column 3)')
})
