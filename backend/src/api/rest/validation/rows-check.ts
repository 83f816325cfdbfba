import { type Fault, pointerOf, type Refusal } from './fault.ts'
import { FirstFault } from './first-fault.ts'
import type { Given } from './given.ts'
import { opaque, UNSURE } from './input.ts'
import { type JsonKind, type JsonText, textOfValue } from './json-text.ts'
import type { ColumnRules, RelationRules } from './rules.ts'
import type { RowSink } from './scan-rows.ts'

/** More of them help nobody. */
const FAULTS_MAX = 20

/**
 * Whether an update meets a row, and whether PostgreSQL looks at its values if it does not, nobody knows before: what is wrong with them
 * is for explaining what PostgreSQL has refused. Of a PUT only values are looked at, for the row of the URL may be another one.
 */
export type CheckedAction = 'insert' | 'update' | 'replace'

/** What is wrong with rows, found while they are read. */
export class RowsCheck implements RowSink {
  readonly faults: Fault[] = []
  readonly #rules: RelationRules
  readonly #action: CheckedAction
  readonly #text: string
  /** In the order of the keys. */
  readonly #columns: (ColumnRules | undefined)[] = []
  readonly #kept: (Span | undefined)[] = []
  readonly #indexes = new Map<string, number>()
  /** Mostly the values of all rows are read before the first is written. */
  readonly #valuesFirst = new FirstFault()
  readonly #rowByRow = new FirstFault()
  readonly #mayFillIn: boolean
  readonly #isArray: boolean
  #left: readonly ColumnRules[] | undefined

  /** `fillsIn`: `missing=default` was asked for. */
  constructor(text: string, rules: RelationRules, action: CheckedAction, fillsIn = false) {
    this.#text = text
    this.#rules = rules
    this.#action = action
    this.#mayFillIn = fillsIn && rules.fillsIn
    this.#isArray = /^[\t\n\r ]*\[/.test(text)
  }

  /** What PostgreSQL would say first; undefined: nothing, or nobody knows. */
  get first(): Fault | undefined {
    const { fault } = this.#valuesFirst
    if (this.#action === 'update') return undefined
    if (!this.#mayFillIn || fault === undefined) return fault
    const other = this.#rowByRow.fault
    return other?.pointer === fault.pointer && other.rule === fault.rule ? fault : undefined
  }

  key(index: number, name: string): void {
    this.#indexes.set(name, index)
    this.#columns[index] = this.#rules.columns.get(name)
    this.#kept[index] = undefined
  }

  value(index: number, row: number, json: JsonText): void {
    const column = this.#columns[index]
    if (column === undefined) return
    if (column.isChecked) (this.#kept[index] ??= new Span()).take(json)
    if (json.kind === 'null') this.#nullValue(column, row, index)
    else if (column.input === opaque) this.#doubt(VALUES, row, index)
    else if (isLookedAt(column, json)) this.#look(column, row, index, json)
  }

  #look(column: ColumnRules, row: number, index: number, json: JsonText): void {
    const text = json.valueText()
    const verdict = column.input?.(text, json.kind)
    if (verdict === UNSURE) return this.#doubt(VALUES, row, index)
    if (verdict !== undefined) return this.#refuse(verdict, VALUES, row, column, index)
    if (this.#action === 'replace') return
    const narrowed = column.narrowed?.(text, json.kind)
    if (narrowed === UNSURE) this.#doubt(ROW, row, column.position)
    else if (narrowed !== undefined) this.#refuse(narrowed, ROW, row, column)
  }

  #nullValue(column: ColumnRules, row: number, index: number): void {
    if (column.ofNull !== undefined) this.#refuse(column.ofNull, VALUES, row, column, index)
    else if (column.required !== undefined && this.#holdsRows) {
      this.#refuse(column.required, NULLS, row, column)
    }
  }

  rowEnd(row: number, has: (index: number) => boolean): void {
    if (this.#action !== 'insert') return
    this.#left ??= this.#leftOut()
    for (const column of this.#left) {
      if (column.mayFailAlone) this.#doubt(ROW, row, column.position)
      this.#absent(column, row, ROW, column.position)
    }
    for (let index = 0; index < this.#columns.length; index++) {
      const column = this.#columns[index]
      if (column !== undefined && !has(index)) this.#absent(column, row, VALUES, index)
    }
    if (this.#holdsRows && this.#rules.constraints.length > 0) this.#constrain(row, has)
  }

  /** PostgreSQL's JSON may hold it, its texts may not. */
  nul(row: number): void {
    this.#refuse(NUL, VALUES, row, undefined, BEFORE_VALUES)
  }

  get #holdsRows(): boolean {
    return this.#action === 'insert' && this.#rules.holdsRows
  }

  /** `order`: among the values, if it is a domain that says it: before any trigger could fill the column in. */
  #absent(column: ColumnRules, row: number, domains: number, order: number): void {
    const { required, ofNull, isBare } = column
    if (!isBare) return
    if (ofNull !== undefined) this.#refuse(ofNull, domains, row, column, order)
    else if (required !== undefined && this.#holdsRows) this.#refuse(required, NULLS, row, column)
  }

  #leftOut(): readonly ColumnRules[] {
    return [...this.#rules.columns.values()].filter(({ name }) => !this.#indexes.has(name))
  }

  #constrain(row: number, has: (index: number) => boolean): void {
    const { constraints, columns } = this.#rules
    const valueOf = (name: string) => this.#valueOf(name, has)
    for (let order = 0; order < constraints.length; order++) {
      const constraint = constraints[order]
      if (constraint === undefined || constraint.check(valueOf) !== false) continue
      const { refusal, column } = constraint
      const rules = column === undefined ? undefined : columns.get(column)
      this.#refuse(refusal, CHECKS, row, rules, order)
    }
  }

  #valueOf(name: string, has: (index: number) => boolean): Given | null | undefined {
    const column = this.#rules.columns.get(name)
    if (column === undefined || column.isConverted) return undefined
    const index = this.#indexes.get(name)
    const span = index !== undefined && has(index) ? this.#kept[index] : undefined
    if (span === undefined) return column.isBare ? null : undefined
    return span.given(this.#text)
  }

  #refuse(
    refusal: Refusal,
    phase: number,
    row: number,
    column: ColumnRules | undefined,
    order = column?.position ?? 0,
  ): void {
    const pointer = pointerOf(this.#isArray ? row : undefined, column?.name)
    const rank = rankOf(phase, row, order)
    const fault = { ...refusal, pointer }
    if (this.faults.length < FAULTS_MAX) this.faults.push(fault)
    this.#valuesFirst.find(rank, fault)
    if (!this.#mayFillIn) return
    if (column?.isReadLate === true) this.#valuesFirst.doubt(rank - 1)
    this.#rowByRow.find(rankByRow(phase, row, order), fault)
  }

  #doubt(phase: number, row: number, order: number): void {
    this.#valuesFirst.doubt(rankOf(phase, row, order))
    if (this.#mayFillIn) this.#rowByRow.doubt(rankByRow(phase, row, order))
  }
}

// The order in which PostgreSQL comes upon them: the values of all rows; then, row by row, what a column cuts, missing values, and
// constraints.
const VALUES = 0
const ROW = 1
const NULLS = 2
const CHECKS = 3
const PHASES = 4
const BEHIND = 2 ** 30
const ORDERS = 2_048
/** A whole row is read as JSON before any of its values is read as what it is. */
const BEFORE_VALUES = -1

function rankOf(phase: number, row: number, order: number): number {
  const rank = phase === VALUES ? row : BEHIND + row * PHASES + phase
  return rank * ORDERS + order
}

function rankByRow(phase: number, row: number, order: number): number {
  return (row * PHASES + phase) * ORDERS + order
}

/** Most values are texts that are short enough. */
function isLookedAt({ input, narrowed, freeLength }: ColumnRules, json: JsonText): boolean {
  if (input === undefined && narrowed === undefined) return false
  return freeLength === undefined || json.end - json.start > freeLength
}

const NUL: Refusal = Object.freeze({
  code: '22P05',
  message: 'unsupported Unicode escape sequence',
  details: '\\u0000 cannot be converted to text.',
  rule: 'nul',
  hint: 'Leave the character U+0000 out, or store it as bytea.',
})

/** Where a value stands that a constraint looks at when its row has ended. */
class Span {
  #start = 0
  #end = 0
  #kind: JsonKind = 'null'
  #isEscaped = false

  take({ start, end, kind, isEscaped }: JsonText): void {
    this.#start = start
    this.#end = end
    this.#kind = kind
    this.#isEscaped = isEscaped
  }

  given(text: string): Given | null {
    if (this.#kind === 'null') return null
    const value = textOfValue(text, this.#start, this.#end, this.#kind, this.#isEscaped)
    return { text: value, kind: this.#kind }
  }
}
