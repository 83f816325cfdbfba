import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agency } from '../../../tests/support/agency.ts'
import { type Parameter, parameter, STierError } from '../../base/index.ts'
import { OPERATORS } from './operators.ts'
import { planRead } from './read.ts'
import type {
  ConditionRequest,
  FieldPath,
  OrderRequest,
  ReadRequest,
  SelectRequest,
  TestRequest,
} from './request.ts'
import type { ReadPlan } from './types.ts'
import { fieldsOf, nodesOf } from './walk.ts'

/** Mostly names that mean something somewhere in the catalog, and some that mean nothing anywhere. */
const known = [...agency.relations.values()].flatMap(({ name, columns }) => [
  name,
  ...columns.keys(),
])
const others = [
  'client',
  'billing',
  'project',
  'latest_project',
  'full_name',
  'count',
  '*',
  '__proto__',
]
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...known, ...others) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 70 }) },
)
const value: fc.Arbitrary<Parameter> = fc.integer({ min: 1, max: 9 }).map(parameter)
const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })
const step = fc.record({
  arrow: fc.constantFrom('->', '->>'),
  key: fc.string(),
  isIndex: fc.boolean(),
})
const path: fc.Arbitrary<FieldPath> = fc.record({
  name,
  path: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(step, { maxLength: 2 })),
})
const cast = fc.oneof(fc.constantFrom('text', 'numeric(10,2)[]', 'double precision'), fc.string())
const aggregate = fc.record({
  name: fc.constantFrom('sum', 'avg', 'min', 'max', 'count', 'median'),
  cast: optional(cast),
})

const test_: fc.Arbitrary<TestRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constantFrom(...Object.keys(OPERATORS), 'equals', 'toString'),
    quantifier: optional(fc.constantFrom('any' as const, 'all' as const)),
    value,
  }),
  fc.record({ kind: fc.constantFrom('in' as const, 'isdistinct' as const), value }),
  fc.record({
    kind: fc.constant('is' as const),
    value: fc.constantFrom('null', 'not_null', 'true', 'false', 'unknown'),
  }),
  fc.record({
    kind: fc.constant('search' as const),
    operator: fc.constantFrom('fts', 'plfts', 'phfts', 'wfts'),
    language: optional(value),
    value,
  }),
)

const condition = fc.letrec<{ condition: ConditionRequest }>(tie => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('filter' as const),
      field: path,
      negated: fc.boolean(),
      test: test_,
    }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      negated: fc.boolean(),
      conditions: fc.array(tie('condition'), { maxLength: 3 }),
    }),
  ),
})).condition

const order: fc.Arbitrary<OrderRequest> = fc.record({
  relation: optional(name),
  field: path,
  direction: optional(fc.constantFrom('asc', 'desc')),
  nulls: optional(fc.constantFrom('first', 'last')),
})

const rows = {
  where: fc.array(condition, { maxLength: 1 }),
  order: fc.array(order, { maxLength: 1 }),
  limit: optional(value),
  offset: optional(value),
}

const select = fc.letrec<{ item: SelectRequest }>(tie => ({
  item: fc.oneof(
    { maxDepth: 3 },
    fc.constant({ kind: 'star' as const }),
    fc.record({
      kind: fc.constant('field' as const),
      field: path,
      aggregate: optional(aggregate),
      cast: optional(cast),
      alias: optional(fc.string()),
    }),
    fc.record({
      kind: fc.constant('embed' as const),
      target: name,
      hint: optional(name),
      join: optional(fc.constantFrom('inner', 'left')),
      alias: optional(name),
      spread: fc.boolean(),
      select: fc.array(tie('item'), { maxLength: 3 }),
      ...rows,
    }),
  ),
})).item

const request: fc.Arbitrary<ReadRequest> = fc.record({
  schema: fc.constantFrom('public', 'public', 'public', 'archive', 'internal'),
  relation: name,
  select: fc.array(select, { maxLength: 3 }),
  ...rows,
})

const rules = fc.record({ aggregates: fc.boolean(), rowsMax: optional(fc.nat()) })

test('any request plans, or is refused with a code and a status that blames the request', () => {
  fc.assert(
    fc.property(request, rules, (asked, allowed) => {
      const plan = tryPlan(() => planRead(agency, asked, allowed))
      if (plan !== undefined) expectKnown(plan)
    }),
    { numRuns: 3_000 },
  )
})

/** Small pieces by themselves: whole random requests seldom come through. */
test('any one field, filter or order of a relation plans, or is refused with a code', () => {
  const one = fc.record({ select: fc.array(select, { maxLength: 1 }), ...rows })
  const relation = fc.constantFrom('clients', 'projects', 'people', 'briefs')
  fc.assert(
    fc.property(relation, one, rules, (relation, parts, allowed) => {
      const asked = { schema: 'public', relation, ...parts }
      const plan = tryPlan(() => planRead(agency, asked, allowed))
      if (plan !== undefined) expectKnown(plan)
    }),
    { numRuns: 3_000 },
  )
})

function tryPlan(planIt: () => ReadPlan): ReadPlan | undefined {
  try {
    return planIt()
  } catch (error) {
    if (!(error instanceof STierError)) throw error
    expect(error.code).toMatch(/^(PGRST[12]\d\d|ST12\d|42703|42712|42803)$/)
    expect(error.status === 300 || (error.status >= 400 && error.status < 500)).toBe(true)
    return undefined
  }
}

/** Every name that may reach a statement is one of the catalog's, and every id means one embed. */
function expectKnown(plan: ReadPlan): void {
  for (const field of fieldsOf(plan)) {
    expect(field.column?.name ?? field.computed?.name).toBe(field.name)
  }
  const ids = [...nodesOf(plan)].flatMap(({ embeds }) => embeds.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
  for (const { source, embeds } of nodesOf(plan)) {
    expect([...agency.relations.values()]).toContain(source.relation)
    for (const { relationship } of embeds)
      expect(relationship.from.name).toBe(source.relation?.name)
  }
}
