import type { Parameter } from '../../base/index.ts'
import { parameter } from '../../base/index.ts'
import {
  type Condition,
  isParameter,
  nodesOf,
  type ReadPlan,
  type Test,
  type WritePlan,
} from '../plan/index.ts'

/** How the parameters of a plan become the `$n` of one text. */
export interface Numbering {
  place(parameter: Parameter): Parameter
  /** The plan's indexes that the text has placed, in the order of its own `$n`. */
  readonly placed: readonly number[]
}

/** `$n` is the plan's n-th parameter: for the statement that gets the whole list. */
export function asPlanned(): Numbering {
  const placed: number[] = []
  return {
    placed,
    place(planned) {
      if (!placed.includes(planned.index)) placed.push(planned.index)
      return planned
    },
  }
}

/** `$1`, `$2` … in the order of first use: for a statement that needs a part of the list. */
export function fromOne(): Numbering {
  const placed: number[] = []
  return {
    placed,
    place({ index }) {
      if (!placed.includes(index)) placed.push(index)
      return parameter(placed.indexOf(index) + 1)
    },
  }
}

/** Every parameter of the plan, by index. */
export function parametersOf(plan: ReadPlan): readonly Parameter[] {
  const found = [...nodesOf(plan)].flatMap(({ where, limit, offset }) => [
    ...(where === undefined ? [] : parametersOfCondition(where)),
    limit,
    offset,
  ])
  const byIndex = new Map(found.filter(isParameter).map(item => [item.index, item]))
  return [...byIndex.values()].sort((a, b) => a.index - b.index)
}

/** Those of a write besides what its answer takes. */
export function parametersOfWrite({ where, body, unread }: WritePlan): readonly Parameter[] {
  const ofWhere = where === undefined ? [] : parametersOfCondition(where)
  const all = [...ofWhere, body?.value, ...unread]
  return all.filter(item => item !== undefined)
}

function parametersOfCondition(condition: Condition): readonly (Parameter | undefined)[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(parametersOfCondition)
    case 'test':
      return parametersOfTest(condition.test)
    case 'embed-null':
      return []
  }
}

function parametersOfTest(test: Test): readonly (Parameter | undefined)[] {
  switch (test.kind) {
    case 'is':
      return []
    case 'search':
      return [test.language, test.value]
    default:
      return [test.value.parameter]
  }
}
