import { assert } from '../../../base/index.ts'
import { type Connection, DatabaseError } from '../../../capabilities/pool/index.ts'
import { LSN_STEP, lsnIn } from '../lsn.ts'
import { type Outcome, outcomeOf } from '../outcome.ts'
import { openingOf, type Transaction } from '../transaction.ts'
import type { Execution } from '../types.ts'
import { AnswerNotKeptError, KeyInUseError } from './errors.ts'
import { keptText, readKept } from './kept.ts'
import { isOvertaken, refusalOf } from './refusal.ts'
import {
  KEEP_AT,
  KEEP_COMMIT_AT,
  KEEP_LSN_AT,
  keepSteps,
  RECALL_AT,
  ROLLBACK_STEP,
  recallSteps,
} from './steps.ts'
import type { Idempotency } from './types.ts'

/**
 * Runs a transaction that claims a key: the first half does the work, the second keeps its answer and commits both. When
 * the claim is refused the work is never begun. An error in either half leaves nothing: the pool rolls back what is
 * still open, PostgreSQL itself does when the connection is lost. `login` is the role of the connection, for hints. Throws
 * ST142 to ST145.
 */
export async function runClaimed(
  connection: Connection,
  execution: Execution,
  transaction: Transaction,
  login: string | undefined,
): Promise<Outcome> {
  const { context, idempotency, signal } = execution
  const { claimAt } = transaction
  assert(idempotency !== undefined && claimAt !== undefined, 'a claim needs a key')
  const work = await connection.batch(transaction.steps, signal).catch((error: unknown) => {
    const refusal = refusalOf(error, claimAt, login)
    if (refusal !== 'known') throw refusal
    return undefined
  })
  if (work === undefined) return recall(connection, execution, idempotency)
  const outcome = outcomeOf(transaction, work)
  const id = work[claimAt]?.[0]?.[0]
  assert(typeof id === 'string', 'a claim answers where to keep the answer')
  if (context.rollback) return outcome
  const lsn = await keep(connection, id, outcome, idempotency, signal)
  return { ...outcome, lsn }
}

/**
 * Answers where the log ended after the commit. What comes after that is tidying: whether it works makes no difference to
 * this request.
 */
async function keep(
  connection: Connection,
  id: string,
  outcome: Outcome,
  idempotency: Idempotency,
  signal: Execution['signal'],
): Promise<string | undefined> {
  const answer = keptText(outcome, idempotency.answerBytesMax)
  const steps = keepSteps(id, idempotency, answer)
  try {
    const results = await connection.batch(steps, signal)
    return lsnIn(results[KEEP_LSN_AT])
  } catch (error) {
    if (error instanceof DatabaseError && (error.step ?? 0) > KEEP_COMMIT_AT) return undefined
    throw isOvertaken(error, KEEP_AT) ? new KeyInUseError() : error
  }
}

/**
 * The answer of the first time. The pre-request function runs as for any other request, so that whoever it turns away is
 * turned away here as well.
 */
async function recall(
  connection: Connection,
  { context, signal }: Execution,
  idempotency: Idempotency,
): Promise<Outcome> {
  await connection.batch([ROLLBACK_STEP], signal)
  const opening = openingOf(context)
  const steps = [...opening, ...recallSteps(idempotency), LSN_STEP]
  const results = await connection.batch(steps, signal)
  const [row] = results[opening.length + RECALL_AT] ?? []
  if (row === undefined) throw new KeyInUseError() // It expired this very moment: the next try finds it gone.
  const [answer = null] = row
  if (answer === null) throw new AnswerNotKeptError(idempotency.answerBytesMax)
  return { ...readKept(answer), lsn: lsnIn(results.at(-1)) }
}
