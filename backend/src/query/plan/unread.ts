import type { Parameter } from '../../base/index.ts'
import type { ConditionRequest, EmbedRequest, RowLimit, TestRequest } from './request.ts'

/** Every parameter of an embed and of those below it. */
export function parametersWithin({
  select,
  where,
  limit,
  offset,
}: EmbedRequest): readonly Parameter[] {
  const below = select.flatMap(item => (item.kind === 'embed' ? parametersWithin(item) : []))
  const range = [limit, offset].filter(isParameter)
  return [...where.flatMap(ofCondition), ...range, ...below]
}

/** A limit that stands in the text itself is none. */
export function isParameter(item: RowLimit | undefined): item is Parameter {
  return typeof item === 'object'
}

function ofCondition(condition: ConditionRequest): readonly Parameter[] {
  if (condition.kind === 'filter') return ofTest(condition.test)
  return condition.conditions.flatMap(ofCondition)
}

function ofTest(test: TestRequest): readonly Parameter[] {
  if (test.kind === 'is') return []
  const language = test.kind === 'search' ? test.language : undefined
  return language === undefined ? [test.value] : [language, test.value]
}
