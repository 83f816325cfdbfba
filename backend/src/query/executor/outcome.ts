import type { StepResult } from '../../capabilities/pool/index.ts'
import { readAnswer, readEstimate } from './answer.ts'
import type { Transaction } from './transaction.ts'
import type { Answer } from './types.ts'

/** An answer without its times. */
export type Outcome = Omit<Answer, 'databaseMs' | 'waitMs'>

/** What a transaction answered, out of the results of its steps. */
export function outcomeOf(
  { statementAt, estimateAt }: Transaction,
  results: readonly StepResult[],
): Outcome {
  const row = readAnswer(results[statementAt] ?? [])
  const estimated = estimateAt === undefined ? null : readEstimate(results[estimateAt] ?? [])
  return {
    body: row.body,
    rows: row.rows,
    total: row.total,
    estimated,
    status: row.status,
    headers: row.headers,
    location: row.location,
    inserted: row.inserted,
  }
}
