import type { Column } from '../catalog/index.ts'
import type { Condition, Test, Value } from '../plan/index.ts'
import { elementsOf } from './array-literal.ts'
import { type Kind, kindOf } from './kinds.ts'
import { comparable } from './values.ts'

/** The only values that a column has in the rows of a node, once the parameters are known. */
export interface FixedColumn {
  readonly column: Column
  readonly kind: Kind
  /** As rows of changes have them; undefined where that cannot be told. */
  values(parameters: readonly (string | null)[]): readonly string[] | undefined
}

export type Fixed = ReadonlyMap<string, FixedColumn>

/** Columns that every row which passes has one of a few values in: by `eq` and `in` among conditions that all hold. */
export function fixedBy(where: Condition | undefined): Fixed {
  const fixed = new Map<string, FixedColumn>()
  for (const condition of conjunction(where)) {
    const found = fixedColumn(condition)
    if (found !== undefined && !fixed.has(found.column.name)) fixed.set(found.column.name, found)
  }
  return fixed
}

function* conjunction(condition: Condition | undefined): Generator<Condition> {
  if (condition === undefined) return
  if (condition.kind !== 'and' || condition.negated) yield condition
  else for (const part of condition.conditions) yield* conjunction(part)
}

function fixedColumn(condition: Condition): FixedColumn | undefined {
  if (condition.kind !== 'test' || condition.negated) return undefined
  const { field, test } = condition
  const { column } = field
  if (column === undefined || field.path.length > 0) return undefined
  const kind = kindOf(column)
  const equal = equalTo(test)
  if (equal === undefined || kind === undefined || !WRITTEN_ONE_WAY.has(kind)) return undefined
  return {
    column,
    kind,
    values(parameters) {
      const given = parameters[equal.value.parameter.index - 1] ?? null
      if (given === null) return []
      return writtenAll(kind, equal.isList ? elementsOf(given) : [given])
    },
  }
}

/** What a test says that its field equals: a value, or one of a list. */
function equalTo(test: Test): { readonly value: Value; readonly isList: boolean } | undefined {
  if (test.kind !== 'in' && test.kind !== 'compare') return undefined
  const { value } = test
  if (value.representation !== undefined) return undefined
  if (test.kind === 'in') return { value, isList: true }
  if (test.operator !== 'eq' || test.quantifier === 'all') return undefined
  return { value, isList: test.quantifier === 'any' }
}

/** Equal values have one form in rows: not so with `1.0` and `1.00`. */
const WRITTEN_ONE_WAY: ReadonlySet<Kind> = new Set(['integer', 'boolean', 'uuid', 'text', 'enum'])

/** Null equals nothing, so it is left out. */
function writtenAll(
  kind: Kind,
  values: readonly (string | null)[] | undefined,
): readonly string[] | undefined {
  const written = new Set<string>()
  for (const value of values ?? []) {
    if (value === null) continue
    const form = writtenForm(kind, value)
    if (form === undefined) return undefined
    written.add(form)
  }
  return values && [...written]
}

function writtenForm(kind: Kind, text: string): string | undefined {
  const value = comparable(kind, text)
  if (value === undefined || typeof value === 'object') return undefined
  return kind === 'boolean' ? String(value === 1) : String(value)
}
