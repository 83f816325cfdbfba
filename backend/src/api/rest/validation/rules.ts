import type { Catalog, Column, Relation } from '../../../query/catalog/index.ts'
import { type Check, type CheckColumn, createCheck } from './check.ts'
import type { Refusal } from './fault.ts'
import { type Input, opaque } from './input.ts'
import { hintOfCheck, narrowing, typeRules } from './types.ts'

/** What a value for a column has to be. */
export interface ColumnRules {
  readonly name: string
  readonly position: number
  /** What PostgreSQL refuses when it reads the value from the body. */
  readonly input: Input | undefined
  /** What null is answered then: by a domain. */
  readonly ofNull: Refusal | undefined
  /** What it refuses when it puts the value into the column. */
  readonly narrowed: Input | undefined
  /** A text of so many characters or fewer is never refused; undefined: it has to be looked at. */
  readonly freeLength: number | undefined
  /** What a row without a value is answered. */
  readonly required: Refusal | undefined
  /** A constraint looks at it. */
  readonly isChecked: boolean
  /** Its value passes through a function of the user first: nobody knows what comes out. */
  readonly isConverted: boolean
  /** Nobody gives it a value but the row itself: null where the row has none. */
  readonly isBare: boolean
  /** With `missing=default` it is read after others. */
  readonly isReadLate: boolean
  /** What it has where it is left out may not suit its domain. */
  readonly mayFailAlone: boolean
}

export interface ConstraintRules {
  readonly check: Check
  readonly refusal: Refusal
  /** The column that it is about, where that is one. */
  readonly column: string | undefined
}

/** What a row of a relation has to be, as far as it is certain. Made once for each relation of a catalog snapshot. */
export interface RelationRules {
  readonly columns: ReadonlyMap<string, ColumnRules>
  readonly constraints: readonly ConstraintRules[]
  /** Between the values and the constraints nothing can come that changes them. */
  readonly holdsRows: boolean
  /** With `missing=default` PostgreSQL may read the values of a row after it has written the one before. */
  readonly fillsIn: boolean
}

const known = new WeakMap<Relation, RelationRules>()

/** `path`: the schemas that messages leave out. */
export function relationRules(
  catalog: Catalog,
  relation: Relation,
  path: readonly string[],
): RelationRules {
  const before = known.get(relation)
  if (before !== undefined) return before
  const rules = createRules(catalog, relation, path)
  known.set(relation, rules)
  return rules
}

function createRules(catalog: Catalog, relation: Relation, path: readonly string[]): RelationRules {
  const columns = [...relation.columns.values()]
  const constraints = relation.checks.flatMap(({ name, expression }) => {
    const check = createCheck(expression, columns.map(checkColumn), catalog)
    if (check === undefined) return []
    const refusal = brokenBy(relation, name, expression)
    return [{ check, refusal, column: onlyColumn(columns, expression) }]
  })
  const read = columnsIn(relation)
  return {
    columns: new Map(
      columns.map(column => [
        column.name,
        columnRules(catalog, relation, column, { path, isChecked: read.has(column.name) }),
      ]),
    ),
    constraints,
    // Which partition it would be, if any, is found out first.
    holdsRows: relation.insertsPass === 'nothing' && relation.kind === 'table',
    fillsIn: columns.some(({ filledWith }) => filledWith !== null),
  }
}

function checkColumn({ name, type, deterministic }: Column): CheckColumn {
  return { name, type, formatted: type.formatted, deterministic }
}

/** Names may hold anything, so they are looked for as they would be printed; a name too many does no harm. */
function columnsIn({ checks, columns }: Relation): ReadonlySet<string> {
  const all = checks.map(({ expression }) => expression).join('\n')
  return new Set([...columns.keys()].filter(name => all.includes(name.replaceAll('"', '""'))))
}

function onlyColumn(columns: readonly Column[], expression: string): string | undefined {
  const [first, second] = columns.filter(({ checks }) => checks.includes(expression))
  return second === undefined ? first?.name : undefined
}

function columnRules(
  catalog: Catalog,
  relation: Relation,
  column: Column,
  { path, isChecked }: { readonly path: readonly string[]; readonly isChecked: boolean },
): ColumnRules {
  const { name, position, type } = column
  const isConverted = passesFunction(catalog, column)
  const { input, ofNull } = typeRules(catalog, type, path)
  const narrowed = isConverted ? opaque : narrowing(type, type.formatted)
  return {
    name,
    position,
    input: isConverted ? undefined : input,
    ofNull: isConverted ? undefined : ofNull,
    narrowed,
    freeLength: input === undefined && !isConverted ? (column.maxLength ?? undefined) : undefined,
    required: isConverted || column.nullable ? undefined : missing(relation, column, ofNull),
    isChecked,
    isConverted,
    isBare: isBare(column),
    isReadLate: column.filledWith !== null && type.kind === 'domain',
    mayFailAlone: mayFailAlone(column),
  }
}

function passesFunction({ representations }: Catalog, { type }: Column): boolean {
  const representation = representations.get(type.oid)
  return representation !== undefined && representation.fromJson !== null
}

function mayFailAlone({ filledWith, type, default: otherwise }: Column): boolean {
  return filledWith !== null && type.kind === 'domain' && !CONSTANT.test(otherwise ?? '')
}

/** Of such a default it is known that it suits: nobody could use it otherwise. */
const CONSTANT = /^(?:'[^']*'|-?\d+(?:\.\d+)?|true|false)(?:::[^':]+)?$/

function isBare({ default: otherwise, identity, generated, filledWith }: Column): boolean {
  return otherwise === null && identity === null && generated === null && filledWith === null
}

/** A domain says it in its own words; the constraint of the table comes later. */
function missing(relation: Relation, { name }: Column, ofNull: Refusal | undefined): Refusal {
  if (ofNull !== undefined) return ofNull
  return {
    code: '23502',
    message: `null value in column "${name}" of relation "${relation.name}" violates not-null constraint`,
    rule: 'required',
    hint: 'Send a value other than null.',
  }
}

function brokenBy({ name }: Relation, constraint: string, expression: string): Refusal {
  return {
    code: '23514',
    message: `new row for relation "${name}" violates check constraint "${constraint}"`,
    rule: 'check',
    hint: hintOfCheck(expression),
  }
}
