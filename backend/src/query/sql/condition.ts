import { join, type Parameter, type Sql, sql } from '../../base/index.ts'
import { type Condition, OPERATORS, type Test, type Value } from '../plan/index.ts'
import { compileField, type Rows } from './field.ts'
import { IS_VALUES, QUANTIFIERS } from './keywords.ts'
import { qualified } from './names.ts'
import type { Numbering } from './numbering.ts'

/** What a condition is about. */
export interface ConditionScope extends Rows {
  readonly numbering: Numbering
  /** Whether the embed with this id has rows, as SQL. */
  readonly exists: (embed: number) => Sql
}

export function compileCondition(scope: ConditionScope, condition: Condition): Sql {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = condition.conditions.map(part => compileCondition(scope, part))
      const tree = sql`(${join(parts, condition.kind === 'and' ? sql` and ` : sql` or `)})`
      return condition.negated ? sql`not ${tree}` : tree
    }
    case 'test': {
      const test = compileTest(scope, condition.test, compileField(scope, condition.field))
      return condition.negated ? sql`not (${test})` : test
    }
    case 'embed-null':
      return condition.negated
        ? scope.exists(condition.embed)
        : sql`not ${scope.exists(condition.embed)}`
  }
}

function compileTest({ numbering }: ConditionScope, test: Test, field: Sql): Sql {
  switch (test.kind) {
    case 'compare': {
      const value = compileOperand(numbering, test.value, test.quantifier)
      return sql`${field} ${OPERATORS[test.operator].symbol} ${value}`
    }
    case 'in':
      return sql`${field} = ${compileOperand(numbering, test.value, 'any')}`
    case 'is':
      return sql`${field} ${IS_VALUES[test.value]}`
    case 'isdistinct':
      return sql`${field} is distinct from ${compileOperand(numbering, test.value, undefined)}`
    case 'search':
      return compileSearch(numbering, test, field)
  }
}

/** The value itself, or `any`/`all` of an array; through the function of its representation where it has one. */
function compileOperand(
  numbering: Numbering,
  { parameter, representation }: Value,
  quantifier: 'any' | 'all' | undefined,
): Sql {
  const value = sql`${numbering.place(parameter)}`
  const parse = representation?.fromText && qualified(representation.fromText)
  if (quantifier === undefined) return parse ? sql`${parse}(${value})` : value
  const elements = parse ? sql`select ${parse}(v) from unnest(${value}::text[]) as v` : value
  return sql`${QUANTIFIERS[quantifier]} (${elements})`
}

function compileSearch(
  numbering: Numbering,
  { operator, language, value, convert }: Extract<Test, { kind: 'search' }>,
  field: Sql,
): Sql {
  const configuration = language && compileLanguage(numbering, language)
  const vector = convert ? sql`to_tsvector(${configuration}${field})` : field
  return sql`${vector} @@ ${OPERATORS[operator].query}(${configuration}${numbering.place(value)})`
}

function compileLanguage(numbering: Numbering, language: Parameter): Sql {
  return sql`${numbering.place(language)}::regconfig, `
}
