import type { StepResult } from '../../capabilities/pool/index.ts'
import { readAnswer, readEstimate } from './answer.ts'
import type { OwnChanges } from './caching/types.ts'
import { renderingIn, snapshotIn } from './context.ts'
import { lsnIn } from './lsn.ts'
import { ownChangesIn } from './own-changes.ts'
import type { Transaction } from './transaction.ts'
import type { Answer } from './types.ts'

/** An answer without its times, and without the names of things that only the executor knows. */
export type Outcome = Omit<Answer, 'databaseMs' | 'waitMs' | 'token' | 'node'> & {
  /** Where the log ended after the commit: `0/1A2B3C4D`. */
  readonly lsn?: string | undefined
  /** What it changed, where that was to be told. */
  readonly own?: OwnChanges | undefined
}

/** What a transaction answered, out of the results of its steps. */
export function outcomeOf(transaction: Transaction, results: readonly StepResult[]): Outcome {
  const { statementAt, estimateAt, lsnAt, own } = transaction
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
    snapshot: snapshotOf(transaction, results),
    own: own && ownChangesIn(results[own.xidAt], results[own.changesAt]),
    lsn: lsnAt === undefined ? undefined : lsnIn(results[lsnAt]),
  }
}

/** Of a write only where its values were written as those of a read are: nothing in it has made other settings. */
function snapshotOf(
  { snapshotAt, own }: Transaction,
  results: readonly StepResult[],
): string | undefined {
  if (snapshotAt === undefined) return undefined
  const told = results[snapshotAt]
  if (own !== undefined && results[own.xidAt]?.[0]?.[1] !== renderingIn(told)) return undefined
  return snapshotIn(told)
}
