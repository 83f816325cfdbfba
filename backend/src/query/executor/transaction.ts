import { createHash } from 'node:crypto'
import { identifier, type Sql, sql } from '../../base/index.ts'
import type { Step } from '../../capabilities/pool/index.ts'
import type { Isolation } from '../catalog/index.ts'
import { contextStep } from './context.ts'
import { CLAIM_AT, claimSteps } from './idempotency/steps.ts'
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
}

/**
 * `[begin,] context, [pre-request,] [claim,] [estimate,] statement [, commit | rollback]`. Without isolation, rollback and
 * claim the batch is the transaction: the protocol's Sync commits it. A key that comes with a read is of no use.
 */
export function transactionOf(execution: Execution): Transaction {
  const { statement, parameters, context } = execution
  const { estimate } = statement
  const claim = context.readOnly ? undefined : execution.idempotency
  const steps: Step[] = [...beginningOf(context, claim !== undefined), ...openingOf(context)]
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
  steps.push(...endOf(context, claim !== undefined))
  return {
    steps,
    statementAt,
    estimateAt: estimate === undefined ? undefined : statementAt - 1,
    claimAt,
  }
}

function beginningOf(
  { isolation, rollback }: TransactionContext,
  isClaimed: boolean,
): readonly Step[] {
  const isExplicit = isolation !== undefined || rollback || isClaimed
  return isExplicit ? [BEGIN[isolation ?? 'read committed']] : NONE
}

function endOf({ isolation, rollback }: TransactionContext, isClaimed: boolean): readonly Step[] {
  if (rollback) return ROLLBACK
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
