import { expect, test } from 'vitest'
import { parseQuery } from './query.ts'

function castsOf(select: string): unknown {
  const { read } = parseQuery(`select=${encodeURIComponent(select)}`)
  return read.select.map(item => item.kind === 'field' && [item.cast, item.aggregate])
}

test.each([
  ['a::text', 'text'],
  ['a::double precision', 'double precision'],
  ['a::numeric(10,2)', 'numeric(10,2)'],
  ['a::varchar(20)', 'varchar(20)'],
  ['a::text[]', 'text[]'],
  ['a::numeric(6)[][]', 'numeric(6)[][]'],
  ['a::api.money', 'api.money'],
  ['a::api.money[]', 'api.money[]'],
  ['a::public.sum', 'public.sum'],
])('%s is a cast to %s', (select, cast) => {
  expect(castsOf(select)).toEqual([[cast, undefined]])
  expect(castsOf(`${select},b`)).toEqual([
    [cast, undefined],
    [undefined, undefined],
  ])
})

test('an aggregate after a cast is no type', () => {
  expect(castsOf('a::numeric(10,2).sum()::text[]')).toEqual([
    ['numeric(10,2)', { name: 'sum', cast: 'text[]' }],
  ])
  expect(castsOf('a::api.money.max()')).toEqual([['api.money', { name: 'max', cast: undefined }]])
  expect(castsOf('count()::api.total')).toEqual([[undefined, { name: 'count', cast: 'api.total' }]])
})

test.each([
  ['a::numeric(', 'digit'],
  ['a::numeric(x)', 'digit'],
  ['a::numeric(1', 'digit, "," or ")"'],
  ['a::numeric(1,)', 'digit'],
  ['a::text[1]', 'letter, digit'],
  ['a::b.c.d', '"sum", "avg"'],
  ['a::', 'letter or digit'],
  ['a::b.', 'letter or digit'],
])('%s is refused where %s could stand', (select, expected) => {
  const details = expect.stringContaining(`expecting ${expected}`)
  expect(() => castsOf(select)).toThrow(expect.objectContaining({ code: 'PGRST100', details }))
})
