import { expect, test } from 'vitest'
import { agency } from '../../../tests/support/agency.ts'
import { aggregate, embed, field, read, spread, star } from '../../../tests/support/requests.ts'
import { planRead } from './read.ts'
import type { SelectRequest } from './request.ts'
import type { ReadPlan, Selected } from './types.ts'

function plan(relation: string, select: SelectRequest[], aggregates = true): ReadPlan {
  return planRead(agency, read(relation, { select }), { aggregates, rowsMax: undefined })
}

function selected(relation: string, ...select: SelectRequest[]): readonly Selected[] {
  return plan(relation, select).select
}

function names(node: ReadPlan | undefined): (string | undefined)[] | undefined {
  return node?.select.map(item => (item.kind === 'field' ? item.field.name : item.kind))
}

test('nothing selected means everything', () => {
  expect(selected('clients')).toEqual([{ kind: 'star' }])
})

test('a column is found with its type, an alias and a cast are kept as written', () => {
  expect(selected('clients', field('id', { alias: 'no', cast: 'text' }))).toMatchObject([
    { kind: 'field', field: { name: 'id', column: { position: 1 } }, alias: 'no', cast: 'text' },
  ])
  expect(selected('clients', field('id'))).toMatchObject([{ alias: undefined, cast: undefined }])
})

test('a computed field is found by the name of its function', () => {
  expect(selected('clients', field('full_name'))).toMatchObject([
    { field: { column: undefined, computed: { schema: 'public', name: 'full_name' } } },
  ])
})

test('an unknown column is answered as PostgreSQL would, with its own kind of hint', () => {
  expect(() => plan('clients', [field('nam')])).toThrow(
    expect.objectContaining({
      code: '42703',
      status: 400,
      message: 'column clients.nam does not exist',
      details: null,
      hint: 'Perhaps you meant to reference the column "clients.name".',
    }),
  )
  expect(() => plan('clients', [field('')])).toThrow('column clients. does not exist')
  expect(() => plan('projects', [embed('clients', [field('zzz')])])).toThrow(
    expect.objectContaining({ message: 'column clients.zzz does not exist', hint: null }),
  )
})

test('a path into JSON is named by its last key, and by the column when it has only numbers', () => {
  const alias = (text: string) =>
    selected('projects', field(text)).map(item => 'alias' in item && item.alias)
  expect(alias('data->a->>b')).toEqual(['b'])
  expect(alias('data->1->a->>2')).toEqual(['a'])
  expect(alias('data->3')).toEqual(['data'])
  expect(selected('projects', field('data->a', { alias: 'x' }))).toMatchObject([{ alias: 'x' }])
})

test('json and its domains are stepped into as they are, arrays and composites as JSON', () => {
  const converted = (text: string) =>
    selected('projects', field(text)).map(item => item.kind === 'field' && item.field.convertToJson)
  expect(converted('data->a')).toEqual([false])
  expect(converted('notes->a')).toEqual([false])
  expect(converted('place->a')).toEqual([true])
  expect(converted('tags->0')).toEqual([true])
  expect(converted('tags')).toEqual([false])
})

test('a column with a representation leaves through it, under its own name', () => {
  expect(selected('briefs', field('background'))).toMatchObject([
    { alias: 'background', representation: { toJson: { name: 'color_to_json' } } },
  ])
  expect(selected('projects', field('notes'))).toMatchObject([{ representation: undefined }])
})

test('a star is every column by name when one has a representation', () => {
  expect(names(plan('briefs', [star]))).toEqual(['project_id', 'text', 'background', 'count'])
  expect(names(plan('projects', [star]))).toEqual(['star'])
})

test('a star is every column by name when the rows are grouped or spread', () => {
  expect(names(plan('clients', [star, aggregate('count')]))).toEqual(['id', 'name', 'count'])
  expect(names(plan('projects', [field('id'), spread('clients', [star])]).embeds[0]?.plan)).toEqual(
    ['id', 'name'],
  )
  const handedUp = plan('projects', [star, spread('briefs', [aggregate('max', 'project_id')])])
  expect(names(handedUp)).not.toContain('star')
})

test('aggregates are refused unless the rules allow them, at any depth', () => {
  const refusal = expect.objectContaining({
    code: 'PGRST123',
    status: 400,
    message: 'Use of aggregate functions is not allowed',
  })
  expect(() => plan('projects', [aggregate('sum', 'price')], false)).toThrow(refusal)
  expect(() => plan('clients', [embed('projects', [aggregate('count')])], false)).toThrow(refusal)
})

test('an aggregate is named by its function, and casts its argument and its result', () => {
  const item = field('price', {
    cast: 'integer',
    aggregate: { name: 'sum', cast: 'text' },
  })
  expect(selected('projects', item)).toMatchObject([
    { alias: 'sum', cast: 'integer', aggregate: { name: 'sum', cast: 'text' } },
  ])
  expect(selected('projects', aggregate('avg', 'price', { alias: 'mean' }))).toMatchObject([
    { alias: 'mean' },
  ])
})

test('count() counts rows and may be renamed and cast', () => {
  expect(selected('projects', aggregate('count'))).toEqual([
    { kind: 'count', alias: 'count', cast: undefined },
  ])
  const renamed = field('', { alias: 'n', aggregate: { name: 'count', cast: 'text' } })
  expect(selected('projects', renamed)).toEqual([{ kind: 'count', alias: 'n', cast: 'text' }])
})

test('only the five aggregates exist, and all but count need a field', () => {
  expect(() => plan('projects', [aggregate('median', 'price')])).toThrow(
    expect.objectContaining({ code: 'PGRST100', message: "Unknown aggregate function 'median'" }),
  )
  expect(() => plan('projects', [aggregate('sum')])).toThrow('sum() needs a field')
})

test('count without parentheses counts where there is no such column, aggregates allowed or not', () => {
  const counted = plan('clients', [embed('projects', [field('count')])], false)
  expect(counted.embeds[0]?.plan).toMatchObject({
    select: [{ kind: 'count', alias: 'count' }],
    aggregated: true,
  })
  expect(
    plan('projects', [field('count', { cast: 'text' }), embed('clients')], false),
  ).toMatchObject({
    select: [{ kind: 'count', cast: 'text' }],
  })
  expect(selected('briefs', field('count'))).toMatchObject([{ kind: 'field' }])
  expect(() => plan('clients', [field('count->a')])).toThrow('column clients.count does not exist')
})

test('count without parentheses does not group unless aggregates are allowed', () => {
  const grouped = [field('client_id'), field('count')]
  expect(() => plan('projects', grouped, false)).toThrow(
    expect.objectContaining({ code: 'PGRST123' }),
  )
  expect(plan('projects', grouped).aggregated).toBe(true)
  const spreadCount = [field('id'), spread('clients', [field('count')])]
  expect(() => plan('projects', spreadCount, false)).toThrow(
    expect.objectContaining({ code: 'PGRST123' }),
  )
})

test('aggregates of a to-one spread are taken over the rows of the parent, through any number of spreads', () => {
  const one = plan('projects', [field('name'), spread('briefs', [aggregate('max', 'text')])])
  expect(one.aggregated).toBe(true)
  expect(one.embeds[0]?.plan.aggregated).toBe(false)
  const inner = spread('projects', [spread('briefs', [aggregate('max', 'text')])])
  const two = plan('tasks', [spread('project', inner.select.slice())])
  expect(two.aggregated).toBe(true)
  expect(two.embeds[0]?.plan).toMatchObject({
    aggregated: false,
    embeds: [{ plan: { aggregated: false } }],
  })
})

test('aggregates stop at the nearest embed that is not spread', () => {
  const nested = plan('clients', [
    embed('projects', [field('name'), spread('briefs', [aggregate('max', 'text')])]),
  ])
  expect(nested.aggregated).toBe(false)
  expect(nested.embeds[0]?.plan.aggregated).toBe(true)
})

test('a to-many spread cannot hold aggregates', () => {
  const refusal = expect.objectContaining({
    code: 'PGRST127',
    status: 400,
    message: 'Feature not implemented',
    details: 'Aggregates are not implemented for one-to-many or many-to-many spreads.',
  })
  expect(() => plan('clients', [spread('projects', [aggregate('sum', 'price')])])).toThrow(refusal)
  const through = spread('projects', [spread('briefs', [aggregate('max', 'text')])])
  expect(() => plan('clients', [through])).toThrow(refusal)
})

test('a cast is a type name and nothing else', () => {
  expect(() => plan('clients', [field('id', { cast: 'text) --' })])).toThrow(
    expect.objectContaining({ code: 'PGRST100' }),
  )
  const cast = field('price', { aggregate: { name: 'sum', cast: ';' } })
  expect(() => plan('projects', [cast])).toThrow("Cannot cast to ';'")
})

test('a name with a NUL character is refused', () => {
  const refusal = expect.objectContaining({
    code: 'PGRST100',
    message: 'A name holds a NUL character',
  })
  expect(() => plan('clients', [field('id', { alias: 'a\0' })])).toThrow(refusal)
  expect(() => plan('projects', [field('data->a\0')])).toThrow(refusal)
  expect(() => plan('projects', [embed('clients', [star], { alias: '\0' })])).toThrow(refusal)
})
