import { expect, test } from 'vitest'
import { hasOperator } from './operators.ts'
import { parseQuery } from './query.ts'

const value = (index: number) => ({ kind: 'parameter', index })
const column = (name: string) => ({ name, path: [] })
const star = { kind: 'star' }

test('a query string becomes a tree without values and a list of values', () => {
  const query = 'select=id,name&category_id=eq.5&order=price.desc.nullslast&limit=20&offset=40'
  const { read, parameters, range } = parseQuery(query)
  expect(read).toEqual({
    select: [
      { kind: 'field', field: column('id') },
      { kind: 'field', field: column('name') },
    ],
    where: [
      {
        kind: 'filter',
        field: column('category_id'),
        negated: false,
        test: { kind: 'compare', operator: 'eq', value: value(1) },
      },
    ],
    order: [{ field: column('price'), direction: 'desc', nulls: 'last' }],
    limit: 20,
    offset: value(2),
  })
  expect(parameters).toEqual(['5', '40'])
  expect(range).toEqual({ offset: 40, limit: 20 })
})

test('without select, with an empty one or with a nameless one every column is selected', () => {
  for (const query of ['', 'select=', 'select', '&&', 'select= ']) {
    expect(parseQuery(query).read.select).toEqual([star])
  }
})

test('two filters on one column both hold, in the order of the URL', () => {
  const { read, parameters } = parseQuery('age=gte.18&age=lt.65')
  expect(read.where).toHaveLength(2)
  expect(parameters).toEqual(['18', '65'])
})

test('filters, order and range reach the embed that their path names', () => {
  const { read, parameters } = parseQuery(
    'clients.projects.name=eq.a&clients.or=(id.eq.1,id.eq.2)&clients.projects.order=id' +
      '&clients.limit=3&clients.offset=-1&clients.projects.limit=x' +
      '&select=id,clients:people!fk(id,projects(*))',
  )
  const [, clients] = read.select
  expect(clients).toMatchObject({ limit: 3, offset: value(4) })
  expect(clients).toMatchObject({ where: [{ kind: 'or', conditions: [{}, {}] }] })
  expect(clients).toMatchObject({
    select: [
      {},
      {
        where: [{ field: column('name'), test: { value: value(1) } }],
        order: [{ field: column('id') }],
        limit: undefined,
      },
    ],
  })
  expect(parameters).toEqual(['a', '1', '2', '0'])
})

test('an address that select does not have is PGRST108', () => {
  const message = `'people' is not an embedded resource in this request`
  const hint = `Verify that 'people' is included in the 'select' query parameter.`
  const error = { code: 'PGRST108', status: 400, message, hint }
  for (const part of ['name=eq.1', 'order=id', 'limit=1', 'offset=1', 'or=(id.eq.1)']) {
    const query = `select=*,clients:persons(*)&people.${part}`
    expect(() => parseQuery(query)).toThrow(expect.objectContaining(error))
  }
})

test('an embed with an alias answers to its target too, or to its alias alone', () => {
  const query = 'select=*,clients:persons(*),tags(*)&persons.order=id&clients.limit=1&tags.limit=1'
  expect(parseQuery(query).targetNames).toEqual([{ target: 'persons', alias: 'clients' }])
  const message = `'persons' is not an embedded resource in this request`
  const hint = `In 'select' it has the alias 'clients': use that.`
  expect(() => parseQuery(query, { legacyTargetNames: false })).toThrow(
    expect.objectContaining({ code: 'PGRST108', message, hint }),
  )
  const own = query.replace('persons.order', 'clients.order')
  expect(parseQuery(own, { legacyTargetNames: false }).targetNames).toEqual([])
})

test('with aliases alone, one relation embedded twice is not mistaken', () => {
  const query = 'select=*,visits(*),work:visits(*)&visits.kind=eq.a&work.kind=eq.b'
  const { select } = parseQuery(query, { legacyTargetNames: false }).read
  expect(select.slice(1)).toMatchObject([
    { alias: undefined, where: [{ test: { value: value(1) } }] },
    { alias: 'work', where: [{ test: { value: value(2) } }] },
  ])
})

test('quoted names may hold every character of the grammar', () => {
  const { read } = parseQuery(
    '"information.cpe"=like.*MS*&"order"=eq.1&%22a%5C%22b%22->>"x.y"=is.null',
  )
  expect(read.where).toMatchObject([
    { field: column('information.cpe') },
    { field: column('order') },
    { field: { name: 'a"b', path: [{ arrow: '->>', key: 'x.y', isIndex: false }] } },
  ])
})

test('percent-encoding is undone once, and + is a space', () => {
  const { read, parameters } = parseQuery('Unit%20Price=eq.a+b%2Bc%2525&%D9%85=eq.%26%3D')
  expect(read.where).toMatchObject([{ field: column('Unit Price') }, { field: column('م') }])
  expect(parameters).toEqual(['a b+c%25', '&='])
})

test('a percent sign that encodes nothing stands for itself', () => {
  expect(parseQuery('a=like.%plan%&b=eq.100%&c=eq.%4').parameters).toEqual(['%plan%', '100%', '%4'])
  expect(parseQuery('a=eq.%41%zz%C3%A9').parameters).toEqual(['A%zzé'])
})

test('raw UTF-8 is read whether it arrives as characters or as bytes', () => {
  expect(parseQuery('a=eq.م%20').parameters).toEqual(['م '])
  expect(parseQuery(`a=eq.${Buffer.from('é').toString('latin1')}`).parameters).toEqual(['é'])
})

test('what is no UTF-8 or holds a NUL is ST112', () => {
  for (const query of ['a=eq.%ff', 'a=eq.%00', 'a=eq.\0', 'a%00=eq.1', 'a=eq.%ff%zz']) {
    expect(() => parseQuery(query)).toThrow(expect.objectContaining({ code: 'ST112', status: 400 }))
  }
})

test('the first select and order hold, and the last limit and offset', () => {
  const query = 'select=a&select=b&order=a&order=b&limit=1&limit=2&offset=3&offset=4'
  const { read, range } = parseQuery(query)
  expect(read.select).toMatchObject([{ field: column('a') }])
  expect(read.order).toMatchObject([{ field: column('a') }])
  expect(range).toEqual({ offset: 4, limit: 2 })
})

test('a limit that is no number is no limit, a negative one is refused', () => {
  expect(parseQuery('limit=abc&offset=abc').range).toEqual({ offset: 0, limit: undefined })
  const details = 'Limit should be greater than or equal to zero.'
  const error = { code: 'PGRST103', status: 416, details }
  expect(() => parseQuery('limit=-1')).toThrow(expect.objectContaining(error))
  expect(() => parseQuery('select=a(*)&a.limit=-1')).toThrow(expect.objectContaining(error))
})

test('the Range header narrows limit and offset', () => {
  const { read, parameters, range } = parseQuery('limit=10', { range: { offset: 2, limit: 3 } })
  expect(range).toEqual({ offset: 2, limit: 3 })
  expect(parameters).toEqual(['2'])
  expect(read).toMatchObject({ limit: 3, offset: value(1) })
})

test('a page size is part of the shape, up to 1,000; beyond that it is a value', () => {
  const asked = (query: string) => {
    const { read, parameters, shape } = parseQuery(query)
    return { limit: read.limit, parameters, shape }
  }
  expect(asked('limit=1000')).toMatchObject({ limit: 1_000, parameters: [] })
  expect(asked('limit=1001')).toMatchObject({ limit: value(1), parameters: ['1001'] })
  expect(asked('limit=10').shape).not.toBe(asked('limit=20').shape)
  expect(asked('limit=5000').shape).toBe(asked('limit=6000').shape)
  expect(asked('limit=1').shape).not.toBe(asked('limit=6000').shape)
  const ofEmbed = (limit: number) => asked(`select=a(*)&a.limit=${limit}`).shape
  expect(ofEmbed(1)).not.toBe(ofEmbed(11))
  expect(ofEmbed(5_000)).toBe(ofEmbed(6_000))
})

test('an offset of nothing is none', () => {
  const { read, parameters, range } = parseQuery('offset=0&limit=5', {
    range: { offset: 0, limit: undefined },
  })
  expect([read.offset, parameters, range]).toEqual([undefined, [], { offset: 0, limit: 5 }])
})

test('columns and on_conflict are lists of names, each once', () => {
  const query = 'columns=id,"a b", id&on_conflict=id,code&columns=x&on_conflict=y'
  const { columns, onConflict } = parseQuery(query)
  expect(columns).toEqual(['id', 'a b'])
  expect(onConflict).toEqual(['id', 'code'])
  expect(() => parseQuery('columns=id,')).toThrow('failed to parse columns parameter (id,)')
  expect(() => parseQuery('on_conflict=a)')).toThrow('failed to parse on_conflict parameter (a))')
})

test('in a call by GET, what begins with no operator is an argument', () => {
  const isArgument = (_: string, text: string) => !hasOperator(text)
  const query = 'min=2&max=15&id=gt.3&v=a&v=b&data->x=eq.1&select=id'
  const { arguments: given, read, parameters } = parseQuery(query, { isArgument })
  expect(given).toEqual([
    ['min', '2'],
    ['max', '15'],
    ['v', 'a'],
    ['v', 'b'],
  ])
  expect(read.where).toHaveLength(2)
  expect(parameters).toEqual(['3', '1'])
})

test('an operator is told by its whole head', () => {
  const filters = ['eq.1', 'not.in.(1)', 'fts(french).a', 'like(any).{a}', 'is.null', 'cs.{1}']
  const values = [
    '1',
    'eq',
    'equal.1',
    'eq(some).1',
    'in(any).1',
    'neq(any).1',
    'a(b).c',
    'fts().a',
    'not.x',
  ]
  expect(filters.filter(hasOperator)).toEqual(filters)
  expect(values.filter(hasOperator)).toEqual([])
})

test('query strings of one shape differ in values alone', () => {
  const shape = (query: string) => parseQuery(query).shape
  const query =
    'select=id&a=eq.1&or=(b.in.(1,2),c.fts(english).x,d.eq."a,b")&clients=is.null&limit=1001'
  const other = 'select=id&a=eq.&or=(b.in.(),c.fts(french).yy,d.eq.c)&clients=is.null&limit=9999'
  expect(shape(other)).toBe(shape(query))
  expect(parseQuery(other).read).toEqual(parseQuery(query).read)
  for (const [part, change] of [
    ['a=eq', 'a=gt'],
    ['a=eq', 'a=not.eq'],
    ['id', 'name'],
    ['or=', 'and='],
    ['or=', 'not.or='],
    ['is.null', 'is.true'],
    ['in.', 'not.in.'],
    ['&limit=1001', '&offset=1001'],
  ] as const) {
    expect(shape(query.replace(part, change))).not.toBe(shape(query))
  }
})

test('nesting and size are bounded', () => {
  const deep = `select=${'a('.repeat(40)}*${')'.repeat(40)}`
  const logic = `or=${'(or'.repeat(40)}(a.eq.1)${')'.repeat(40)}`
  expect(() => parseQuery(deep)).toThrow(expect.objectContaining({ code: 'ST110', status: 400 }))
  expect(() => parseQuery(logic)).toThrow(expect.objectContaining({ code: 'ST110' }))
  expect(() => parseQuery(`select=${'a,'.repeat(3_000)}a`)).toThrow(
    expect.objectContaining({ code: 'ST111', status: 400 }),
  )
  const limits = { depthMax: 1, nodesMax: 2 }
  expect(() => parseQuery('select=a(b)', { limits })).toThrow('nested deeper than 1 levels')
  expect(() => parseQuery('a=eq.1&b=eq.1&c=eq.1', { limits })).toThrow('more than 2 parts')
})

test('of several limits and offsets of an embed the last one holds, by whichever name, and no value is left over', () => {
  const { read, parameters } = parseQuery(
    'select=id,b:books(id)&b.limit=1&b.limit=2&books.limit=3&b.offset=4&b.offset=5',
  )
  expect(parameters).toEqual(['5'])
  expect(read.select[1]).toMatchObject({ limit: 3, offset: value(1) })
})
