import { type Clock, systemClock } from '../../base/index.ts'
import type { Connection, Pool } from '../../capabilities/pool/index.ts'
import { runClaimed } from './idempotency/run.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { transactionOf } from './transaction.ts'
import type { Answer, Execution, Executor } from './types.ts'

export interface ExecutorSetup {
  readonly clock?: Clock
  /** The role that the pool logs in as, for hints. */
  readonly login?: string | undefined
}

/**
 * Runs executions on a pool: one transaction each, in one round trip, or in two when its answer is kept. Throws what the
 * pool throws (`DatabaseError`, `ConnectionError`, `PoolTimeoutError`, `PoolQueueFullError`, `PoolEndedError`,
 * `CancelledError`), and with an idempotency key ST142 to ST145.
 */
export function createExecutor(
  pool: Pool,
  { clock = systemClock, login }: ExecutorSetup = {},
): Executor {
  return {
    run(execution: Execution): Promise<Answer> {
      const askedAt = clock.now()
      const work = async (connection: Connection) => {
        const startedAt = clock.now()
        const outcome = await runOn(connection, execution, login)
        const finishedAt = clock.now()
        return timed(outcome, finishedAt - startedAt, startedAt - askedAt)
      }
      return pool.use(work, execution.signal)
    },
  }
}

async function runOn(
  connection: Connection,
  execution: Execution,
  login: string | undefined,
): Promise<Outcome> {
  const transaction = transactionOf(execution)
  if (transaction.claimAt !== undefined) {
    return runClaimed(connection, execution, transaction, login)
  }
  const results = await connection.batch(transaction.steps, execution.signal)
  return outcomeOf(transaction, results)
}

function timed(outcome: Outcome, databaseMs: number, waitMs: number): Answer {
  return {
    body: outcome.body,
    rows: outcome.rows,
    total: outcome.total,
    estimated: outcome.estimated,
    status: outcome.status,
    headers: outcome.headers,
    location: outcome.location,
    inserted: outcome.inserted,
    isReplay: outcome.isReplay,
    databaseMs,
    waitMs,
  }
}
