import { createHash } from 'node:crypto'
import { identifier, type Sql, sql } from '../../base/index.ts'
import type { Step } from '../../capabilities/pool/index.ts'
import type { Isolation } from '../catalog/index.ts'
import { contextStep } from './context.ts'
import { CLAIM_AT, claimSteps } from './idempotency/steps.ts'
import { LSN_STEP } from './lsn.ts'
import { preparedName } from './prepared-name.ts'
import type { Execution, TransactionContext } from './types.ts'

/** The steps of one transaction, and where its answers are among them. */
export interface Transaction {
  readonly steps: readonly Step[]
  readonly statementAt: number
  readonly estimateAt: number | undefined
  /**
   * Where an idempotency key is claimed. The transaction is then still open after its last step, unless that is a
   * rollback.
   */
  readonly claimAt: number | undefined
  /** Where the place of the commit in the log is told. With a claim that comes after the second half. */
  readonly lsnAt: number | undefined
}

/** What a transaction tells besides its answer. */
export interface TransactionWants {
  /** Where its commit stands in the log: others that have replayed as much can be read from. */
  readonly lsn: boolean
}
const NOTHING_ELSE: TransactionWants = Object.freeze({ lsn: false })

/**
 * `[begin,] context, [pre-request,] [claim,] [estimate,] statement [, commit [, place in the log] | rollback]`. Without
 * isolation, rollback, claim and place the batch is the transaction: the protocol's Sync commits it. A key that comes with a
 * read is of no use, and neither is the place of what wrote nothing.
 */
export function transactionOf(
  execution: Execution,
  wants: TransactionWants = NOTHING_ELSE,
): Transaction {
  const { statement, parameters, context } = execution
  const { estimate } = statement
  const claim = context.readOnly ? undefined : execution.idempotency
  const isTold = wants.lsn && !context.readOnly && !context.rollback
  const isClaimed = claim !== undefined
  const steps: Step[] = [...beginningOf(context, isClaimed || isTold), ...openingOf(context)]
  const claimAt = claim && steps.length + CLAIM_AT
  if (claim !== undefined) steps.push(...claimSteps(claim))
  if (estimate !== undefined) {
    const values = estimate.parameters.map(index => parameters[index - 1] ?? null)
    const name = preparedName(estimate.name, context.role)
    steps.push({ text: estimate.text, name, values, discard: false })
  }
  const statementAt = steps.length
  const name = preparedName(statement.name, context.role)
  steps.push({ text: statement.text, name, values: parameters, discard: false })
  steps.push(...endOf(context, isClaimed, isTold))
  return {
    steps,
    statementAt,
    estimateAt: estimate === undefined ? undefined : statementAt - 1,
    claimAt,
    lsnAt: isTold && !isClaimed ? steps.length - 1 : undefined,
  }
}

function beginningOf(
  { isolation, rollback }: TransactionContext,
  isOpen: boolean,
): readonly Step[] {
  const isExplicit = isolation !== undefined || rollback || isOpen
  return isExplicit ? [BEGIN[isolation ?? 'read committed']] : NONE
}

function endOf(
  { isolation, rollback }: TransactionContext,
  isClaimed: boolean,
  isTold: boolean,
): readonly Step[] {
  if (rollback) return ROLLBACK
  if (isTold && !isClaimed) return COMMIT_AND_TELL
  return isolation === undefined || isClaimed ? NONE : COMMIT
}

/** Under which name and settings it runs, and whether it may. */
export function openingOf(context: TransactionContext): readonly Step[] {
  const settings = contextStep(context)
  const { preRequest } = context
  return preRequest === undefined
    ? [settings]
    : [settings, preRequestStep(preRequest, context.role)]
}

function fixed(name: string, { text }: Sql): Step {
  return Object.freeze({ text, name, values: Object.freeze([]), discard: true })
}

const BEGIN: Readonly<Record<Isolation, Step>> = Object.freeze({
  'read committed': fixed('begin_committed', sql`begin isolation level read committed`),
  'repeatable read': fixed('begin_repeatable', sql`begin isolation level repeatable read`),
  serializable: fixed('begin_serializable', sql`begin isolation level serializable`),
})
const NONE: readonly Step[] = []
const COMMIT: readonly Step[] = [fixed('commit', sql`commit`)]
/** Unnamed as well: a commit that the server does not know any more could not be repeated. */
const COMMIT_AND_TELL: readonly Step[] = [fixed('', sql`commit`), LSN_STEP]
/** Deferred constraints speak up although nothing will be committed: a dry run is to fail where the real one would. */
const ROLLBACK: readonly Step[] = [
  fixed('constraints', sql`set constraints all immediate`),
  fixed('rollback', sql`rollback`),
]

type PreRequest = NonNullable<TransactionContext['preRequest']>
const preRequests = new Map<string, Step>()

/** The configuration has one pre-request function, so the map stays small. */
function preRequestStep({ schema, name }: PreRequest, role: string): Step {
  const key = `${schema ?? ''}\0${name}`
  let step = preRequests.get(key)
  if (step === undefined) {
    const call = sql`select ${schema === undefined ? identifier(name) : identifier(schema, name)}()`
    const digest = createHash('sha256').update(call.text).digest('base64url').slice(0, 12)
    step = fixed(`pre_request_${digest}`, call)
    preRequests.set(key, step)
  }
  return { ...step, name: preparedName(step.name, role) }
}
