import { createHash } from 'node:crypto'
import { identifier, type Sql, sql } from '../../base/index.ts'
import type { Step } from '../../capabilities/pool/index.ts'
import type { Isolation } from '../catalog/index.ts'
import { contextStep } from './context.ts'
import type { Execution, TransactionContext } from './types.ts'

/** The steps of one transaction, and where its answers are among them. */
export interface Transaction {
  readonly steps: readonly Step[]
  readonly statementAt: number
  readonly estimateAt: number | undefined
}

/**
 * `[begin,] context, [pre-request,] [estimate,] statement [, commit | rollback]`. Without isolation and rollback the
 * batch is the transaction: the protocol's Sync commits it.
 */
export function transactionOf({ statement, parameters, context }: Execution): Transaction {
  const { estimate } = statement
  const steps: Step[] = []
  const isExplicit = context.isolation !== undefined || context.rollback
  if (isExplicit) steps.push(BEGIN[context.isolation ?? 'read committed'])
  steps.push(contextStep(context))
  if (context.preRequest !== undefined) steps.push(preRequestStep(context.preRequest))
  if (estimate !== undefined) {
    const values = estimate.parameters.map(index => parameters[index - 1] ?? null)
    steps.push({ text: estimate.text, name: estimate.name, values, discard: false })
  }
  const statementAt = steps.length
  steps.push({ text: statement.text, name: statement.name, values: parameters, discard: false })
  if (isExplicit) steps.push(...(context.rollback ? ROLLBACK : COMMIT))
  return {
    steps,
    statementAt,
    estimateAt: estimate === undefined ? undefined : statementAt - 1,
  }
}

function fixed(name: string, { text }: Sql): Step {
  return Object.freeze({ text, name, values: Object.freeze([]), discard: true })
}

const BEGIN: Readonly<Record<Isolation, Step>> = Object.freeze({
  'read committed': fixed('begin_committed', sql`begin isolation level read committed`),
  'repeatable read': fixed('begin_repeatable', sql`begin isolation level repeatable read`),
  serializable: fixed('begin_serializable', sql`begin isolation level serializable`),
})
const COMMIT: readonly Step[] = [fixed('commit', sql`commit`)]
/** Deferred constraints speak up although nothing will be committed: a dry run is to fail where the real one would. */
const ROLLBACK: readonly Step[] = [
  fixed('constraints', sql`set constraints all immediate`),
  fixed('rollback', sql`rollback`),
]

type PreRequest = NonNullable<TransactionContext['preRequest']>
const preRequests = new Map<string, Step>()

/** The configuration has one pre-request function, so the map stays small. */
function preRequestStep({ schema, name }: PreRequest): Step {
  const called = schema === undefined ? identifier(name) : identifier(schema, name)
  const call = sql`select ${called}()`
  let step = preRequests.get(call.text)
  if (step === undefined) {
    const digest = createHash('sha256').update(call.text).digest('base64url').slice(0, 12)
    step = fixed(`pre_request_${digest}`, call)
    preRequests.set(call.text, step)
  }
  return step
}
