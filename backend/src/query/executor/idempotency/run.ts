import { assert } from '../../../base/index.ts'
import {
  type Connection,
  DatabaseError,
  type Step,
  type StepResult,
} from '../../../capabilities/pool/index.ts'
import type { OwnChanges } from '../caching/types.ts'
import { LSN_STEP, lsnIn } from '../lsn.ts'
import { type Outcome, outcomeOf } from '../outcome.ts'
import { ANYTHING, isInDoubt, ownChangesIn } from '../own-changes.ts'
import { openingOf, type Transaction } from '../transaction.ts'
import type { Execution } from '../types.ts'
import { AnswerNotKeptError, KeyInUseError } from './errors.ts'
import { keptText, readKept } from './kept.ts'
import { isOvertaken, refusalOf } from './refusal.ts'
import { KEEP_AT, keepPlaces, keepSteps, RECALL_AT, ROLLBACK_STEP, recallSteps } from './steps.ts'
import type { Idempotency } from './types.ts'

/**
 * Runs a transaction that claims a key: the first half does the work, the second keeps its answer and commits both. When
 * the claim is refused the work is never begun. An error in either half leaves nothing: the pool rolls back what is
 * still open, PostgreSQL itself does when the connection is lost. `login` is the role of the connection, for hints; `onDoubt`
 * hears of a commit that nobody knows the end of. Throws ST142 to ST145.
 */
export async function runClaimed(
  connection: Connection,
  execution: Execution,
  transaction: Transaction,
  login: string | undefined,
  onDoubt: (own: OwnChanges) => void,
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
  const { changes } = transaction.wants
  const answer = keptText(outcome, idempotency.answerBytesMax)
  const steps = keepSteps(id, idempotency, answer, changes)
  return { ...outcome, ...(await keep(connection, steps, signal, changes, onDoubt)) }
}

/** What is told after the commit. */
async function keep(
  connection: Connection,
  steps: readonly Step[],
  signal: Execution['signal'],
  tellsChanges: boolean,
  onDoubt: (own: OwnChanges) => void,
): Promise<Pick<Outcome, 'lsn' | 'own'>> {
  const { commitAt } = keepPlaces(tellsChanges)
  try {
    return toldIn(await connection.batch(steps, signal, true), tellsChanges)
  } catch (error) {
    if (tellsChanges && isInDoubt(error, commitAt)) onDoubt(ANYTHING)
    if (error instanceof DatabaseError && (error.step ?? 0) > commitAt) return {}
    throw isOvertaken(error, KEEP_AT) ? new KeyInUseError() : error
  }
}

/** Where the log ended after the commit, and what was changed. What comes after that is tidying. */
function toldIn(
  results: readonly StepResult[],
  tellsChanges: boolean,
): Pick<Outcome, 'lsn' | 'own'> {
  const { lsnAt, xidAt, changesAt } = keepPlaces(tellsChanges)
  const lsn = lsnIn(results[lsnAt])
  if (xidAt === undefined || changesAt === undefined) return { lsn }
  return { lsn, own: ownChangesIn(results[xidAt], results[changesAt]) }
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
  const results = await connection.batch(steps, signal, true)
  const [row] = results[opening.length + RECALL_AT] ?? []
  if (row === undefined) throw new KeyInUseError() // It expired this very moment: the next try finds it gone.
  const [answer = null] = row
  if (answer === null) throw new AnswerNotKeptError(idempotency.answerBytesMax)
  return { ...readKept(answer), lsn: lsnIn(results.at(-1)) }
}
