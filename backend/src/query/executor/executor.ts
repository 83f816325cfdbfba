import { type Clock, systemClock } from '../../base/index.ts'
import type { Connection, Pool, StepResult } from '../../capabilities/pool/index.ts'
import { readAnswer, readEstimate } from './answer.ts'
import { type Transaction, transactionOf } from './transaction.ts'
import type { Answer, Execution, Executor } from './types.ts'

export interface ExecutorSetup {
  readonly clock?: Clock
}

/**
 * Runs executions on a pool: one transaction each, in one round trip. Throws what the pool throws: `DatabaseError`,
 * `ConnectionError`, `PoolTimeoutError`, `PoolQueueFullError`, `PoolEndedError`, `CancelledError`.
 */
export function createExecutor(pool: Pool, { clock = systemClock }: ExecutorSetup = {}): Executor {
  return {
    run(execution: Execution): Promise<Answer> {
      const askedAt = clock.now()
      const { signal } = execution
      const work = async (connection: Connection) => {
        const startedAt = clock.now()
        const transaction = transactionOf(execution)
        const results = await connection.batch(transaction.steps, signal)
        const finishedAt = clock.now()
        return answerOf(transaction, results, {
          databaseMs: finishedAt - startedAt,
          waitMs: startedAt - askedAt,
        })
      }
      return pool.use(work, signal)
    },
  }
}

type Times = Pick<Answer, 'databaseMs' | 'waitMs'>

function answerOf(transaction: Transaction, results: readonly StepResult[], times: Times): Answer {
  const { statementAt, estimateAt } = transaction
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
    databaseMs: times.databaseMs,
    waitMs: times.waitMs,
  }
}
