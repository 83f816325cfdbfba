import { createHash } from 'node:crypto'
import { identifier, type Sql, sql } from '../../base/index.ts'
import type { Step } from '../../capabilities/pool/index.ts'
import type { Isolation } from '../catalog/index.ts'
import { contextStep } from './context.ts'
import { CLAIM_AT, claimSteps } from './idempotency/steps.ts'
import { LSN_IF_ANY_STEP, LSN_STEP } from './lsn.ts'
import { OWN_CHANGES_STEP, XID_AND_RENDERING_STEP, XID_STEP } from './own-changes.ts'
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
  /** Where it is told what the rows were read from. */
  readonly snapshotAt: number | undefined
  /** Where it is told what it changed. With a claim that comes with the second half. */
  readonly own: OwnPlaces | undefined
  readonly wants: TransactionWants
  /** What it writes comes to stay. */
  readonly mayChange: boolean
}

/** Steps of a transaction that tells what it changed. */
export interface OwnPlaces {
  readonly xidAt: number
  readonly commitAt: number
  readonly changesAt: number
}

/** What a transaction tells besides its answer. */
export interface TransactionWants {
  /**
   * Where its commit stands in the log: others that have replayed as much can be read from. `if-any`: where the server can
   * tell, which a standby cannot.
   */
  readonly lsn: boolean | 'if-any'
  /** What it changed in journaled tables. */
  readonly changes: boolean
}
export const NOTHING_ELSE: TransactionWants = Object.freeze({ lsn: false, changes: false })

/**
 * `[begin,] context, [pre-request,] [claim,] [estimate,] statement [[, id], commit [, place in the log] [, changes] | rollback]`.
 * Without any of what is optional behind the statement, without isolation and claim the batch is the transaction: the
 * protocol's Sync commits it. A key that comes with a read is of no use, and neither is the place of what wrote nothing.
 */
export function transactionOf(
  execution: Execution,
  wants: TransactionWants = NOTHING_ELSE,
): Transaction {
  const { statement, parameters, context } = execution
  const { estimate } = statement
  const claim = context.readOnly ? undefined : execution.idempotency
  const mayChange = !context.readOnly && !context.rollback
  const isClaimed = claim !== undefined
  const told: TransactionWants = mayChange && !isClaimed ? wants : NOTHING_ELSE
  const steps: Step[] = [...beginningOf(context, isClaimed, told)]
  const tellsSnapshot = execution.tellsSnapshot === true
  const snapshotAt = tellsSnapshot ? steps.length : undefined
  steps.push(...openingOf(context, tellsSnapshot))
  const claimAt = claim && steps.length + CLAIM_AT
  if (claim !== undefined) steps.push(...claimSteps(claim))
  if (estimate !== undefined) steps.push(estimateStep(estimate, execution))
  const statementAt = steps.length
  const name = preparedName(statement.name, context.role)
  steps.push({ text: statement.text, name, values: parameters, discard: false })
  steps.push(...endOf(context, isClaimed, told, tellsSnapshot))
  return {
    steps,
    statementAt,
    estimateAt: estimate === undefined ? undefined : statementAt - 1,
    claimAt,
    snapshotAt,
    ...toldPlaces(statementAt, told),
    wants,
    mayChange,
  }
}

function estimateStep(
  { name, text, parameters: used }: NonNullable<Execution['statement']['estimate']>,
  { parameters, context }: Execution,
): Step {
  const values = used.map(index => parameters[index - 1] ?? null)
  return { text, name: preparedName(name, context.role), values, discard: false }
}

function toldPlaces(
  statementAt: number,
  { changes, lsn }: TransactionWants,
): Pick<Transaction, 'lsnAt' | 'own'> {
  const commitAt = statementAt + (changes ? 2 : 1)
  const lsnAt = lsn === false ? undefined : commitAt + 1
  const own = { xidAt: statementAt + 1, commitAt, changesAt: (lsnAt ?? commitAt) + 1 }
  return { lsnAt, own: changes ? own : undefined }
}

function beginningOf(
  { isolation, rollback }: TransactionContext,
  isClaimed: boolean,
  { lsn, changes }: TransactionWants,
): readonly Step[] {
  if (isolation !== undefined) return [BEGIN[isolation]]
  if (rollback || isClaimed) return [BEGIN['read committed']]
  return lsn !== false || changes ? BEGIN_AS_EVER : NONE
}

function endOf(
  { isolation, rollback }: TransactionContext,
  isClaimed: boolean,
  told: TransactionWants,
  tellsSnapshot: boolean,
): readonly Step[] {
  if (rollback) return ROLLBACK
  const xid = tellsSnapshot ? XID_AND_RENDERING_STEP : XID_STEP
  if (told.changes) return [xid, UNNAMED_COMMIT, ...lsnSteps(told), OWN_CHANGES_STEP]
  if (told.lsn !== false) return [UNNAMED_COMMIT, ...lsnSteps(told)]
  return isolation === undefined || isClaimed ? NONE : COMMIT
}

/** The place in the log, if it is wanted. */
export function lsnSteps({ lsn }: TransactionWants): readonly Step[] {
  if (lsn === false) return NONE
  return lsn === true ? LSN : LSN_IF_ANY
}
const LSN: readonly Step[] = Object.freeze([LSN_STEP])
const LSN_IF_ANY: readonly Step[] = Object.freeze([LSN_IF_ANY_STEP])

/** Under which name and settings it runs, and whether it may. */
export function openingOf(context: TransactionContext, tellsSnapshot = false): readonly Step[] {
  const settings = contextStep(context, tellsSnapshot)
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
/** What is not said is as the server has it. */
const BEGIN_AS_EVER: readonly Step[] = [fixed('begin', sql`begin`)]
const NONE: readonly Step[] = []
const COMMIT: readonly Step[] = [fixed('commit', sql`commit`)]
/** Unnamed as what comes behind it: a commit that the server does not know any more could not be repeated. */
const UNNAMED_COMMIT: Step = fixed('', sql`commit`)
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
