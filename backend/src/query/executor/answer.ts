import { assert } from '../../base/index.ts'
import type { Row, StepResult } from '../../capabilities/pool/index.ts'

/** The columns of an answer row, without the times. */
export interface AnswerRow {
  readonly body: string | null
  readonly rows: number
  readonly total: number | null
  readonly status: string | null
  readonly headers: string | null
  readonly location: string | null
  readonly inserted: number | null
}

const COLUMNS_OF_READ = 5
const COLUMNS_OF_WRITE = 7

/** What a statement answered. An EXPLAIN has one column instead: its lines are the body. */
export function readAnswer(result: StepResult): AnswerRow {
  const row = result[0]
  assert(row !== undefined, 'a statement answers at least one row')
  if (row.length === 1) return explanationOf(result)
  assert(
    row.length === COLUMNS_OF_READ || row.length === COLUMNS_OF_WRITE,
    `an answer has ${COLUMNS_OF_READ} or ${COLUMNS_OF_WRITE} columns, not ${row.length}`,
  )
  const [body = null, rows, total = null, status = null, headers = null] = row
  const [location = null, inserted = null] = row.slice(COLUMNS_OF_READ)
  return {
    body,
    rows: Number(rows),
    total: numberOf(total),
    status,
    headers,
    location,
    inserted: numberOf(inserted),
  }
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text)
}

function explanationOf(lines: StepResult): AnswerRow {
  const body = lines.map(([line]) => line).join('\n')
  return {
    body,
    rows: lines.length,
    total: null,
    status: null,
    headers: null,
    location: null,
    inserted: null,
  }
}

/** The planner's estimate of rows: `Plan Rows` of EXPLAIN (FORMAT JSON). */
export function readEstimate([row]: readonly Row[]): number {
  const [explained] = JSON.parse(row?.[0] ?? '[]') as readonly { Plan?: { 'Plan Rows'?: number } }[]
  const rows = explained?.Plan?.['Plan Rows']
  assert(rows !== undefined, 'EXPLAIN tells how many rows it expects')
  return rows
}
