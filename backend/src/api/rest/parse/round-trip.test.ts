import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonStep } from '../../../query/plan/index.ts'
import { parseQuery } from './query.ts'
import { arrayLiteral } from './quoted.ts'

test('a rendered request is parsed back to the same tree and values', () => {
  fc.assert(
    fc.property(queries(), description => {
      const { text, select, where, order, parameters } = renderQuery(description)
      const parsed = parseQuery(text)
      expect(parsed.read).toEqual({ select, where, order })
      expect(parsed.parameters).toEqual(parameters)
    }),
    { numRuns: 500 },
  )
})

test('other values leave tree and shape as they are', () => {
  fc.assert(
    fc.property(
      queries(),
      fc.array(fc.string({ unit: 'grapheme' }).filter(value => !value.includes('\0'))),
      (description, values) => {
        const before = parseQuery(renderQuery(description).text)
        const after = parseQuery(renderQuery(description, values).text)
        expect(after.shape).toBe(before.shape)
        expect(after.read).toEqual(before.read)
      },
    ),
    { numRuns: 300 },
  )
})

test('another tree has another shape', () => {
  const parse = (description: QueryDescription) => parseQuery(renderQuery(description).text)
  fc.assert(
    fc.property(queries(), queries(), (one, other) => {
      const [a, b] = [parse(one), parse(other)]
      expect(a.shape === b.shape).toBe(JSON.stringify(a.read) === JSON.stringify(b.read))
    }),
    { numRuns: 300 },
  )
})

// A request as data, its text, and the tree that the text must become.

interface FieldDescription {
  name: string
  path: JsonStep[]
}
type TestDescription =
  | { kind: 'compare'; operator: string; quantifier?: 'any' | 'all'; value: string }
  | { kind: 'in'; values: string[] }
  | { kind: 'is'; value: string }
  | { kind: 'isdistinct'; value: string }
  | { kind: 'search'; operator: string; language?: string; value: string }
interface FilterDescription {
  kind: 'filter'
  field: FieldDescription
  negated: boolean
  test: TestDescription
}
interface LogicDescription {
  kind: 'and' | 'or'
  negated: boolean
  conditions: ConditionDescription[]
}
type ConditionDescription = FilterDescription | LogicDescription
interface EmbedDescription {
  kind: 'embed'
  target: string
  hint?: string
  join?: 'inner' | 'left'
  alias?: string
  spread: boolean
  select: SelectDescription[]
}
type SelectDescription =
  | { kind: 'star' }
  | {
      kind: 'field'
      field: FieldDescription
      alias?: string
      cast?: string
      aggregate?: { name: string; cast?: string }
    }
  | EmbedDescription
interface QueryDescription {
  select: SelectDescription[]
  where: ConditionDescription[]
  order: {
    relation?: string
    field: FieldDescription
    direction?: 'asc' | 'desc'
    nulls?: 'first' | 'last'
  }[]
}

function queries(): fc.Arbitrary<QueryDescription> {
  const text = fc.string({ unit: 'grapheme' }).filter(value => !value.includes('\0'))
  const plainName = fc.constantFrom('id', 'name', 'order', 'and', 'not', 'count', 'inner', 'select')
  const name = fc.oneof(
    plainName,
    text.filter(value => value !== ''),
  )
  const word = fc.constantFrom('text', 'int', 'double precision')
  const step: fc.Arbitrary<JsonStep> = fc.oneof(
    fc.record({ arrow: fc.constantFrom('->', '->>'), key: name, isIndex: fc.constant(false) }),
    fc.record({
      arrow: fc.constantFrom('->', '->>'),
      key: fc.integer({ min: -99, max: 99_999 }).map(String),
      isIndex: fc.constant(true),
    }),
  )
  const field = fc.record({ name, path: fc.array(step, { maxLength: 2 }) })
  const optional = { requiredKeys: ['kind', 'operator', 'value'] as const }
  const filter: fc.Arbitrary<FilterDescription> = fc.record({
    kind: fc.constant('filter'),
    field,
    negated: fc.boolean(),
    test: fc.oneof<fc.Arbitrary<TestDescription>[]>(
      fc.record({
        kind: fc.constant('compare'),
        operator: fc.constantFrom('neq', 'cs', 'adj', 'nxr'),
        value: text,
      }),
      fc.record(
        {
          kind: fc.constant('compare'),
          operator: fc.constantFrom('eq', 'gte', 'like', 'ilike', 'imatch'),
          quantifier: fc.constantFrom('any', 'all'),
          value: text,
        },
        { requiredKeys: [...optional.requiredKeys] },
      ),
      fc.record({ kind: fc.constant('in'), values: fc.array(text) }),
      fc.record({ kind: fc.constant('is'), value: fc.constantFrom('null', 'not_null', 'unknown') }),
      fc.record({ kind: fc.constant('isdistinct'), value: text }),
      fc.record(
        {
          kind: fc.constant('search'),
          operator: fc.constantFrom('fts', 'wfts'),
          language: word,
          value: text,
        },
        { requiredKeys: [...optional.requiredKeys] },
      ),
    ),
  })
  const { condition } = fc.letrec<{ condition: ConditionDescription; logic: LogicDescription }>(
    tie => ({
      logic: fc.record({
        kind: fc.constantFrom('and', 'or'),
        negated: fc.boolean(),
        conditions: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
      }),
      condition: fc.oneof({ maxDepth: 3, depthIdentifier: 'logic' }, filter, tie('logic')),
    }),
  )
  const { item } = fc.letrec<{ item: SelectDescription; embed: EmbedDescription }>(tie => ({
    embed: fc.record(
      {
        kind: fc.constant('embed'),
        target: name,
        hint: name,
        join: fc.constantFrom('inner', 'left'),
        spread: fc.constant(false),
        alias: name,
        select: fc.array(tie('item'), { maxLength: 3 }),
      },
      { requiredKeys: ['kind', 'target', 'spread', 'select'] },
    ),
    item: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'embeds' },
      fc.constant({ kind: 'star' }),
      fc.record(
        {
          kind: fc.constant('field'),
          field,
          alias: name,
          cast: word,
          aggregate: fc.record(
            { name: fc.constantFrom('sum', 'avg', 'count', 'max', 'min'), cast: word },
            { requiredKeys: ['name'] },
          ),
        },
        { requiredKeys: ['kind', 'field'] },
      ),
      tie('embed'),
      tie('embed').map(({ alias: _, ...embed }) => ({ ...embed, spread: true })),
    ),
  }))
  return fc.record({
    select: fc.array(item, { minLength: 1, maxLength: 4 }),
    where: fc.array(condition, { maxLength: 4 }),
    order: fc.array(
      fc.record(
        {
          relation: name,
          field,
          direction: fc.constantFrom('asc', 'desc'),
          nulls: fc.constantFrom('first', 'last'),
        },
        { requiredKeys: ['field'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  })
}

/** The text of a request. Given `values`, they take the place of its own, as far as they go. */
function renderQuery(query: QueryDescription, values: readonly string[] = []) {
  const parameters: string[] = []
  const value = (own: string) => values[parameters.length] ?? own
  const parameter = (text: string) => ({ kind: 'parameter', index: parameters.push(text) })
  const RESERVED = new Set(['order', 'and', 'or', 'not', 'count', 'inner', 'left', 'select'])
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  const nameOf = (name: string) =>
    /^[a-z]+$/.test(name) && !RESERVED.has(name) ? name : quoted(name)
  const fieldOf = ({ name, path }: FieldDescription) =>
    nameOf(name) +
    path.map(step => step.arrow + (step.isIndex ? step.key : nameOf(step.key))).join('')
  const castOf = (cast: string | undefined) => (cast === undefined ? '' : `::${cast}`)

  function renderTest(test: TestDescription, isMember: boolean): [string, object] {
    const written = (text: string) => (isMember ? quoted(text) : text)
    switch (test.kind) {
      case 'compare': {
        const { operator, quantifier } = test
        const text = value(test.value)
        const isPattern = operator.endsWith('like')
        const head = quantifier === undefined ? operator : `${operator}(${quantifier})`
        const place = parameter(isPattern ? text.replaceAll('*', '%') : text)
        return [`${head}.${written(text)}`, { kind: 'compare', operator, quantifier, value: place }]
      }
      case 'in': {
        const elements = test.values.length === 1 && test.values[0] === '' ? [] : test.values
        const list = elements.map(quoted).join(',')
        return [`in.(${list})`, { kind: 'in', value: parameter(arrayLiteral(elements)) }]
      }
      case 'is':
        return [`is.${test.value}`, test]
      case 'isdistinct': {
        const text = value(test.value)
        return [`isdistinct.${written(text)}`, { kind: test.kind, value: parameter(text) }]
      }
      case 'search': {
        const { operator, language } = test
        const place = language === undefined ? undefined : parameter(language)
        const text = value(test.value)
        const head = language === undefined ? operator : `${operator}(${language})`
        const tree = { kind: 'search', operator, language: place, value: parameter(text) }
        return [`${head}.${written(text)}`, tree]
      }
    }
  }

  function renderMember(condition: ConditionDescription): [string, object] {
    const not = condition.negated ? 'not.' : ''
    if (condition.kind !== 'filter') {
      const [text, tree] = renderGroup(condition)
      return [`${not}${condition.kind}${text}`, tree]
    }
    const [text, test] = renderTest(condition.test, true)
    return [`${fieldOf(condition.field)}.${not}${text}`, { ...condition, test }]
  }

  function renderGroup(logic: LogicDescription): [string, object] {
    const members = logic.conditions.map(renderMember)
    const conditions = members.map(([, tree]) => tree)
    return [`(${members.map(([text]) => text).join(',')})`, { ...logic, conditions }]
  }

  function renderItem(item: SelectDescription): [string, object] {
    if (item.kind === 'star') return ['*', item]
    const alias = item.alias === undefined ? '' : `${nameOf(item.alias)}:`
    if (item.kind === 'field') {
      const { name, cast } = item.aggregate ?? {}
      const aggregate = name === undefined ? '' : `.${name}()${castOf(cast)}`
      return [`${alias}${fieldOf(item.field)}${castOf(item.cast)}${aggregate}`, item]
    }
    const items = item.select.map(renderItem)
    const hint = item.hint === undefined ? '' : `!${nameOf(item.hint)}`
    const join = item.join === undefined ? '' : `!${item.join}`
    const target = `${item.spread ? '...' : alias}${nameOf(item.target)}${hint}${join}`
    const tree = { ...item, select: items.map(([, child]) => child), where: [], order: [] }
    return [`${target}(${items.map(([text]) => text).join(',')})`, tree]
  }

  const items = query.select.map(renderItem)
  const pairs: [string, string][] = [['select', items.map(([text]) => text).join(',')]]
  const where = query.where.map(condition => {
    const not = condition.negated ? 'not.' : ''
    if (condition.kind === 'filter') {
      const [text, test] = renderTest(condition.test, false)
      pairs.push([fieldOf(condition.field), not + text])
      return { ...condition, test }
    }
    const [text, tree] = renderGroup(condition)
    pairs.push([not + condition.kind, text])
    return tree
  })
  const terms = query.order.map(({ relation, field, direction, nulls }) => {
    const term = relation === undefined ? fieldOf(field) : `${nameOf(relation)}(${fieldOf(field)})`
    return [term, direction, nulls && `nulls${nulls}`].filter(Boolean).join('.')
  })
  pairs.push(['order', terms.join(',')])
  const text = pairs.map(pair => pair.map(encodeURIComponent).join('=')).join('&')
  return { text, select: items.map(([, tree]) => tree), where, order: query.order, parameters }
}
