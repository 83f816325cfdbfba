import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { answer, ARRAY, compiled, LIBRARY_SQL, planned } from '../../../tests/support/library.ts'
import { aggregate, embed, field, filter, path, read } from '../../../tests/support/requests.ts'
import { parameter } from '../../base/index.ts'
import type { FilterRequest, ReadRequest, TestRequest } from '../plan/index.ts'
import { compileExplain } from './index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(LIBRARY_SQL)
})
afterAll(() => database.drop())

const id = field('id')
const name = field('name')
const byId = [{ field: path('id') }]

function equals(column: string, index: number): FilterRequest {
  return filter(column, { kind: 'compare', operator: 'eq', value: parameter(index) })
}

function books(parts: Partial<ReadRequest> = {}): ReadRequest {
  return read('books', { select: [id], order: byId, ...parts })
}

test('an array has the separators of PostgreSQL, and no rows are an empty one', async () => {
  const { body, rows, total } = await answer(database, planned(books()))
  expect(body).toBe('[{"id":1}, \n {"id":2}, \n {"id":3}, \n {"id":4}]')
  expect({ rows, total }).toEqual({ rows: '4', total: null })
  const none = planned(books({ where: [filter('id', 'lt')] }))
  expect(await answer(database, none, ['0'])).toMatchObject({ body: '[]', rows: '0' })
})

test('a row asked for by its key has the bytes it would have in an array', async () => {
  const plan = planned(books({ select: [id, field('title')], where: [equals('id', 1)] }))
  expect(compiled(plan).text).not.toContain('json_agg')
  expect(await answer(database, plan, ['1'])).toEqual({
    body: '[{"id":1,"title":"Tides"}]',
    rows: '1',
    total: null,
    status: null,
    headers: null,
  })
  expect(await answer(database, plan, ['9'])).toMatchObject({ body: '[]', rows: '0' })
})

test('whatever leaves a key open is not taken for one row', () => {
  const inId: TestRequest = { kind: 'in', value: parameter(1) }
  const quantified: TestRequest = {
    kind: 'compare',
    operator: 'eq',
    quantifier: 'any',
    value: parameter(1),
  }
  const cases: ReadRequest[] = [
    books(),
    books({ where: [equals('title', 1)] }),
    books({ where: [filter('id', 'gt')] }),
    books({ where: [filter('id', inId)] }),
    books({ where: [filter('id', quantified)] }),
    books({ where: [filter('id', 'eq', { negated: true })] }),
    books({
      where: [{ kind: 'or', negated: false, conditions: [equals('id', 1), equals('title', 1)] }],
    }),
    books({
      where: [{ kind: 'and', negated: true, conditions: [equals('id', 1), equals('title', 1)] }],
    }),
    books({ select: [aggregate('count')], order: [], where: [equals('id', 1)] }),
    read('book_genres', { select: [field('book_id')], where: [equals('book_id', 1)] }),
    read('shelf', { select: [id], where: [equals('id', 1)] }),
    read('summaries', {
      select: [embed('shelf', [id], { join: 'inner' })],
      where: [equals('book_id', 1)],
    }),
  ]
  for (const request of cases) {
    expect(compiled(planned(request)).text, JSON.stringify(request)).toContain('json_agg')
  }
})

test('a key of several columns, within a tree of conditions, with every embed: still one row', async () => {
  const select = [embed('books', [id]), embed('genres', [name], { join: 'inner' })]
  const where = [
    {
      kind: 'and' as const,
      negated: false,
      conditions: [equals('book_id', 1), equals('genre_id', 2)],
    },
  ]
  const plan = planned(read('book_genres', { select, where, limit: parameter(3) }), 100)
  expect(compiled(plan, { count: 'exact' }).text).not.toContain('json_agg')
  expect(await answer(database, plan, ['1', '2', '5'], { count: 'exact' })).toMatchObject({
    body: '[{"books":{"id":1},"genres":{"name":"poems"}}]',
    rows: '1',
    total: '1',
  })
})

test('one object is the row itself, and null without one; of several rows the number tells', async () => {
  const one = planned(books({ where: [equals('id', 1)] }))
  expect(await answer(database, one, ['2'], { format: 'object' })).toMatchObject({
    body: '{"id":2}',
    rows: '1',
  })
  expect(await answer(database, one, ['9'], { format: 'object' })).toMatchObject({
    body: 'null',
    rows: '0',
  })
  const some = planned(books({ where: [filter('id', 'gt')] }))
  expect(await answer(database, some, ['3'], { format: 'object' })).toMatchObject({
    body: '{"id":4}',
    rows: '1',
  })
  expect(await answer(database, some, ['9'], { format: 'object' })).toMatchObject({
    body: 'null',
    rows: '0',
  })
  expect(await answer(database, some, ['0'], { format: 'object' })).toMatchObject({ rows: '4' })
})

test('stripped answers leave out what is null, at every level', async () => {
  const select = [
    id,
    field('price'),
    embed('publishers', [id, name]),
    embed('summaries', [field('body')]),
  ]
  const shape = { stripNulls: true } as const
  const plan = planned(books({ select, where: [filter('id', 'gte')] }))
  expect((await answer(database, plan, ['2'], shape)).body).toBe(
    '[{"id":2,"price":8.00,"publishers":{"id":1,"name":"Harbour"},"summaries":{}},' +
      '{"id":3,"publishers":{"id":2,"name":"Quill, \\"Sons\\""}},{"id":4,"price":20.00}]',
  )
  const byKey = planned(books({ select, where: [equals('id', 1)] }))
  for (const [plan4, format] of [
    [byKey, 'object'],
    [byKey, 'array'],
    [plan, 'object'],
  ] as const) {
    const { body } = await answer(database, plan4, ['4'], { ...shape, format })
    expect(body).toBe(format === 'array' ? '[{"id":4,"price":20.00}]' : '{"id":4,"price":20.00}')
  }
})

test('CSV has a line of keys and rows in PostgreSQL notation', async () => {
  const select = [
    id,
    field('title', { alias: 'a name' }),
    field('tags'),
    embed('publishers', [name]),
  ]
  const { body, rows } = await answer(database, planned(books({ select })), [], { format: 'csv' })
  expect(rows).toBe('4')
  expect(body).toBe(
    [
      'id,a name,tags,publishers',
      '1,Tides,"{sea,moon}","{""name"":""Harbour""}"',
      '2,Snow,{cold},"{""name"":""Harbour""}"',
      '3,"Ash, ""and"" \\ (dust)",,"{""name"":""Quill, \\""Sons\\""""}"',
      '4,Dunes,"{sea,sand}",',
    ].join('\n'),
  )
})

test('CSV of no rows is an empty line', async () => {
  const plan = planned(books({ where: [equals('id', 1)] }))
  expect(await answer(database, plan, ['9'], { format: 'csv' })).toMatchObject({
    body: '\n',
    rows: '0',
  })
})

test('GeoJSON is a collection of features', async () => {
  // PostGIS has it; the test only needs one of that name.
  await database.query(`create function st_asgeojson(record) returns text language plpgsql stable as $$
    begin return json_build_object('type', 'Feature', 'properties', row_to_json($1)); end $$`)
  const plan = planned(books({ where: [filter('id', 'lt')] }))
  const empty = '{"type" : "FeatureCollection", "features" : []}'
  expect((await answer(database, plan, ['0'], { format: 'geojson' })).body).toBe(empty)
  const { body } = await answer(database, plan, ['2'], { format: 'geojson' })
  expect(JSON.parse(body ?? '')).toMatchObject({
    features: [{ type: 'Feature', properties: { id: 1 } }],
  })
})

test('without a body rows are only found, not made', async () => {
  const select = [
    id,
    embed('authors', [name], { where: [equals('name', 1)] }),
    embed('genres', [], { join: 'inner' }),
  ]
  const plan = planned(books({ select, limit: parameter(2) }), 100)
  const shape = { format: 'none', count: 'exact' } as const
  expect(compiled(plan, shape).text).not.toContain('order by')
  expect(await answer(database, plan, ['Ada', '2'], shape)).toMatchObject({
    body: null,
    rows: '2',
    total: '3',
  })
  const grouped = planned(books({ select: [field('author_id'), aggregate('count')], order: [] }))
  expect(await answer(database, grouped, [], { format: 'none' })).toMatchObject({
    body: null,
    rows: '2',
  })
})

test('an exact count is of all rows that the filters match, inner embeds included', async () => {
  const count = { count: 'exact' } as const
  const genres = embed('genres', [name], { join: 'inner', where: [equals('name', 1)] })
  const parts = {
    select: [id, genres],
    where: [filter('id', { kind: 'compare', operator: 'gt', value: parameter(2) })],
  }
  const ranged = planned(books({ ...parts, limit: parameter(3), offset: parameter(4) }))
  expect(await answer(database, ranged, ['novel', '0', '1', '1'], count)).toMatchObject({
    rows: '1',
    total: '2',
  })
  expect(await answer(database, planned(books(parts), 1), ['novel', '0'], count)).toMatchObject({
    rows: '1',
    total: '2',
  })
})

test('an exact count without a range is the count of the rows, not a second one', async () => {
  const plan = planned(books())
  expect(compiled(plan, { count: 'exact' }).text.match(/from "public"."books"/g)).toHaveLength(1)
  expect(await answer(database, plan, [], { count: 'exact' })).toMatchObject({
    rows: '4',
    total: '4',
  })
})

test('an exact count of groups counts groups', async () => {
  const plan = planned(
    books({ select: [field('author_id'), aggregate('count')], order: [], limit: parameter(1) }),
  )
  expect(await answer(database, plan, ['1'], { count: 'exact' })).toMatchObject({
    rows: '1',
    total: '2',
  })
})

test.each([
  ['planned', null],
  ['estimated', '1'],
] as const)(
  'a %s count has the estimate of the planner, with the parameters it needs',
  async (count, total) => {
    const embedded = embed('authors', [name], { where: [equals('name', 1)] })
    const inner = embed('genres', [], { join: 'inner', where: [equals('name', 3)] })
    const request = books({
      ...{ select: [id, embedded, inner], where: [equals('title', 2)] },
      limit: parameter(4),
    })
    const plan = planned(request, 2)
    const statement = compiled(plan, { count })
    expect(statement.estimate?.parameters).toEqual([2, 3])
    const values = ['Ada', 'Tides', 'novel', '1']
    expect(await answer(database, plan, values, { count })).toMatchObject({
      rows: '1',
      total,
    })
    const wanted = (statement.estimate?.parameters ?? []).map(index => values[index - 1])
    const [row] = await database.query(statement.estimate?.text ?? '', wanted)
    expect(row?.['QUERY PLAN'][0].Plan['Plan Rows']).toBeGreaterThanOrEqual(1)
  },
)

test('an estimated count stops one row beyond the cap', async () => {
  const request = books({ limit: parameter(1) })
  const totals = [1, 3, 4, Number.MAX_SAFE_INTEGER].map(async rowsMax => {
    const { total } = await answer(database, planned(request, rowsMax), ['1'], {
      count: 'estimated',
    })
    return total
  })
  expect(await Promise.all(totals)).toEqual(['2', '4', '4', '4'])
})

test('an estimated count without a cap is exact and needs no estimate', async () => {
  const plan = planned(books({ limit: parameter(1) }))
  const shape = { count: 'estimated' } as const
  expect(compiled(plan, shape).estimate).toBeUndefined()
  expect(await answer(database, plan, ['1'], shape)).toMatchObject({ total: '4' })
})

test('an estimate of groups plans the grouping', () => {
  const plan = planned(books({ select: [field('author_id'), aggregate('count')], order: [] }))
  expect(compiled(plan, { count: 'planned' }).estimate?.text).toContain('group by 1')
})

test.each([
  ['many rows', []],
  ['one row', [equals('id', 1)]],
])(
  'status and headers are read after functions in the statement have set them: %s',
  async (_, where) => {
    const plan = planned(books({ select: [field('note_status')], where }))
    const expected = { status: '418', headers: expect.stringContaining('X-Book') }
    expect(
      await answer(
        database,
        plan,
        where.map(() => '1'),
      ),
    ).toMatchObject(expected)
  },
)

test('explain answers the execution plan of the same statement', async () => {
  const plan = planned(books({ where: [filter('id', 'gt')] }))
  const context = { serverVersion: 150_000 }
  const all = ['analyze', 'verbose', 'settings', 'buffers', 'wal'] as const
  const text = compileExplain(plan, ARRAY, { format: 'text', options: all }, context)
  expect(text.text).toContain(compiled(plan).text)
  const lines = await database.query(text.text, ['1'])
  expect(lines.map(line => line['QUERY PLAN']).join('\n')).toMatch(/Aggregate .*actual/)
  const json = compileExplain(plan, ARRAY, { format: 'json', options: [] }, context)
  const [document] = await database.query(json.text, ['1'])
  expect(document?.['QUERY PLAN'][0].Plan['Node Type']).toBe('Aggregate')
  expect(json.estimate).toBeUndefined()
})

test('equal shapes have equal texts and names; other shapes have others', () => {
  const statement = compiled(planned(books({ where: [equals('id', 1)] })))
  expect(compiled(planned(books({ where: [equals('id', 1)] })))).toEqual(statement)
  expect(statement.name).toMatch(/^s[0-9a-z]{8,13}$/)
  const others = [
    compiled(planned(books({ where: [equals('author_id', 1)] }))),
    compiled(planned(books()), { format: 'object' }),
    compiled(planned(books()), { count: 'exact' }),
  ]
  expect(new Set([statement, ...others].map(({ name: own }) => own)).size).toBe(4)
})

test('embeds as jsonb have the bytes of PostgREST', async () => {
  const select = [id, embed('publishers', [name, id]), embed('genres', [name, id], { order: byId })]
  const plan = planned(books({ select, where: [filter('id', 'lte')] }))
  expect((await answer(database, plan, ['1'], {}, { embedsAs: 'jsonb' })).body).toBe(
    '[{"id":1,"publishers":{"id": 1, "name": "Harbour"},' +
      '"genres":[{"id": 1, "name": "novel"}, {"id": 2, "name": "poems"}]}]',
  )
  expect((await answer(database, plan, ['1'])).body).toContain(
    '"publishers":{"name":"Harbour","id":1}',
  )
})

test('a name that PostgreSQL would cut is refused, counted in bytes', async () => {
  const alias = 'é'.repeat(31)
  const fits = planned(
    books({ select: [field('id', { alias: `${alias}x` })], where: [equals('id', 1)] }),
  )
  expect((await answer(database, fits, ['1'])).body).toContain(`${alias}x`)
  const tooLong = expect.objectContaining({ code: 'ST130', status: 400 })
  expect(() =>
    compiled(planned(books({ select: [field('id', { alias: `${alias}xy` })] }))),
  ).toThrow(tooLong)
  const embedded = embed('authors', [id], { alias: 'a'.repeat(64) })
  expect(() => compiled(planned(books({ select: [embedded] })))).toThrow(tooLong)
})
