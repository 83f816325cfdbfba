import { EmbedFilterError, InvalidQueryError } from './errors.ts'
import { hasField, needsVector, planField, representationOf } from './fields.ts'
import { compareOperator, OPERATORS } from './operators.ts'
import { checkDepth, type Planning } from './planning.ts'
import type { ConditionRequest, FilterRequest, IsValue, TestRequest } from './request.ts'
import type { Condition, Embed, Field, Source, Test, Value } from './types.ts'

/** Where a node's conditions look names up: its own fields, and the embeds below it for `embed=is.null`. */
export interface ConditionScope {
  readonly planning: Planning
  readonly source: Source
  readonly embeds: readonly Embed[]
}

/** All of them together; undefined when there are none. */
export function planConditions(
  scope: ConditionScope,
  requests: readonly ConditionRequest[],
): Condition | undefined {
  const conditions = requests.map(request => planCondition(scope, request, 1))
  if (conditions.length < 2) return conditions[0]
  return Object.freeze({ kind: 'and', negated: false, conditions: Object.freeze(conditions) })
}

function planCondition(scope: ConditionScope, request: ConditionRequest, depth: number): Condition {
  checkDepth(depth)
  if (request.kind === 'filter') return planFilter(scope, request)
  const { kind, negated } = request
  const conditions = request.conditions.map(inner => planCondition(scope, inner, depth + 1))
  if (conditions.length === 0) {
    throw new InvalidQueryError(`Empty '${kind}'`, 'It needs at least one condition.')
  }
  return Object.freeze({ kind, negated, conditions: Object.freeze(conditions) })
}

function planFilter(scope: ConditionScope, request: FilterRequest): Condition {
  const embed = planEmbedFilter(scope, request)
  if (embed !== undefined) return embed
  const { planning, source } = scope
  const field = planField(planning, source, request.field)
  const test = planTest(scope, field, request.test)
  return Object.freeze({ kind: 'test', field, negated: request.negated, test })
}

/** `embed=is.null` and `embed=not.is.null`. Anything else asked of that name is asked of the column so called. */
function planEmbedFilter(scope: ConditionScope, request: FilterRequest): Condition | undefined {
  const { name, path } = request.field
  const embed = path.length > 0 ? undefined : scope.embeds.find(one => one.name === name)
  if (embed === undefined) return undefined
  const word = request.test.kind === 'is' ? request.test.value : undefined
  if (word === 'null' || word === 'not_null') return embedNull(embed, request.negated, word)
  if (hasField(scope.planning, scope.source, name)) return undefined
  throw new EmbedFilterError(name)
}

function embedNull(embed: Embed, negated: boolean, word: IsValue): Condition {
  const isNegated = negated !== (word === 'not_null')
  return Object.freeze({ kind: 'embed-null', embed: embed.id, negated: isNegated })
}

function planTest(scope: ConditionScope, field: Field, test: TestRequest): Test {
  switch (test.kind) {
    case 'compare':
      return Object.freeze(planCompare(scope, field, test))
    case 'in':
    case 'isdistinct':
      return Object.freeze({ kind: test.kind, value: planValue(scope, field, test.value) })
    case 'is':
      return Object.freeze({ kind: 'is', value: test.value })
    case 'search':
      return Object.freeze({
        kind: 'search',
        operator: test.operator,
        language: test.language,
        value: test.value,
        convert: needsVector(scope.planning, scope.source, field),
      })
  }
}

function planCompare(
  scope: ConditionScope,
  field: Field,
  test: Extract<TestRequest, { kind: 'compare' }>,
): Extract<Test, { kind: 'compare' }> {
  const operator = compareOperator(test.operator)
  const { quantifiable, value } = OPERATORS[operator]
  if (test.quantifier !== undefined && !quantifiable) {
    const details = `'${operator}' takes one value: any and all do not follow it.`
    throw new InvalidQueryError(`Unknown operator '${operator}(${test.quantifier})'`, details)
  }
  return {
    kind: 'compare',
    operator,
    quantifier: test.quantifier,
    // A pattern is about text, not a value of the field's type.
    value: value === 'same' ? planValue(scope, field, test.value) : plainValue(test.value),
  }
}

function planValue(scope: ConditionScope, field: Field, parameter: Value['parameter']): Value {
  const representation = representationOf(scope.planning, field)
  if (!representation?.fromText) return plainValue(parameter)
  return Object.freeze({ parameter, representation })
}

function plainValue(parameter: Value['parameter']): Value {
  return Object.freeze({ parameter, representation: undefined })
}
