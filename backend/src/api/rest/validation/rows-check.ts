import { type Fault, pointerOf, type Refusal } from './fault.ts'
import type { Given } from './given.ts'
import { type JsonKind, type JsonText, textOfValue } from './json-text.ts'
import type { ColumnRules, RelationRules } from './rules.ts'
import type { RowSink } from './scan-rows.ts'

/** More of them help nobody. */
const FAULTS_MAX = 20

/** What is wrong with rows, found while they are read. */
export class RowsCheck implements RowSink {
  readonly faults: Fault[] = []
  /** What PostgreSQL would say first; it reads all values of all rows before it writes any. */
  first: Fault | undefined
  readonly #rules: RelationRules
  readonly #isInsert: boolean
  readonly #text: string
  /** In the order of the keys. */
  readonly #columns: (ColumnRules | undefined)[] = []
  readonly #kept: (Span | undefined)[] = []
  readonly #indexes = new Map<string, number>()
  #rank = Number.POSITIVE_INFINITY
  readonly #isArray: boolean
  #left: readonly ColumnRules[] | undefined

  /** Of an update, or what is like one, only the values themselves are looked at. */
  constructor(text: string, rules: RelationRules, isInsert: boolean) {
    this.#text = text
    this.#rules = rules
    this.#isInsert = isInsert
    this.#isArray = /^[\t\n\r ]*\[/.test(text)
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
    else if (isLookedAt(column, json)) this.#look(column, row, index, json)
  }

  #look(column: ColumnRules, row: number, index: number, json: JsonText): void {
    const text = json.valueText()
    const refusal = column.input?.(text, json.kind)
    if (refusal !== undefined) return this.#refuse(refusal, VALUES, row, column, index)
    if (!this.#isInsert) return
    const narrowed = column.narrowed?.(text, json.kind)
    if (narrowed !== undefined) this.#refuse(narrowed, ROW, row, column)
  }

  #nullValue(column: ColumnRules, row: number, index: number): void {
    if (column.ofNull !== undefined) this.#refuse(column.ofNull, VALUES, row, column, index)
    else if (column.required !== undefined && this.#holdsRows) {
      this.#refuse(column.required, NULLS, row, column)
    }
  }

  rowEnd(row: number, has: (index: number) => boolean): void {
    if (!this.#holdsRows) return
    this.#left ??= this.#leftOut()
    for (const column of this.#left) this.#absent(column, row, ROW)
    for (let index = 0; index < this.#columns.length; index++) {
      const column = this.#columns[index]
      if (column !== undefined && !has(index)) this.#absent(column, row, VALUES)
    }
    if (this.#rules.constraints.length > 0) this.#constrain(row, has)
  }

  /** PostgreSQL's JSON may hold it, its texts may not. */
  nul(row: number): void {
    this.#refuse(NUL, VALUES, row, undefined)
  }

  get #holdsRows(): boolean {
    return this.#isInsert && this.#rules.holdsRows
  }

  /** `domains`: when those say it, which is before the table does. */
  #absent(column: ColumnRules, row: number, domains: number): void {
    const { required, ofNull, isBare } = column
    if (!isBare || required === undefined) return
    this.#refuse(required, required === ofNull ? domains : NULLS, row, column)
  }

  #leftOut(): readonly ColumnRules[] {
    return [...this.#rules.columns.values()].filter(({ name }) => !this.#indexes.has(name))
  }

  #constrain(row: number, has: (index: number) => boolean): void {
    for (const [order, { check, refusal, column }] of this.#rules.constraints.entries()) {
      if (check(name => this.#valueOf(name, has)) !== false) continue
      const rules = column === undefined ? undefined : this.#rules.columns.get(column)
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
    const rank = phase === VALUES ? row : BEHIND + row * PHASES + phase
    const exact = rank * ORDERS + order
    if (this.faults.length >= FAULTS_MAX && exact >= this.#rank) return
    const fault = { ...refusal, pointer }
    if (this.faults.length < FAULTS_MAX) this.faults.push(fault)
    if (exact >= this.#rank) return
    this.#rank = exact
    this.first = fault
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
