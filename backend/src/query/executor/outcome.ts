import type { StepResult } from '../../capabilities/pool/index.ts'
import { lsnIn } from './lsn.ts'
import { readAnswer, readEstimate } from './answer.ts'
import type { Transaction } from './transaction.ts'
import type { Answer } from './types.ts'

/** An answer without its times, and without the names of things that only the executor knows. */
export type Outcome = Omit<Answer, 'databaseMs' | 'waitMs' | 'token' | 'node'> & {
  /** Where the log ended after the commit: `0/1A2B3C4D`. */
  readonly lsn?: string | undefined
}

/** What a transaction answered, out of the results of its steps. */
export function outcomeOf(
  { statementAt, estimateAt, lsnAt }: Transaction,
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
    lsn: lsnAt === undefined ? undefined : lsnIn(results[lsnAt]),
  }
}
