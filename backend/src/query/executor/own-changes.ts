import { sql } from '../../base/index.ts'
import { OWN_EVENTS, readOwnEvents } from '../../capabilities/events/index.ts'
import {
  CancelledError,
  DatabaseError,
  DeadlineError,
  type Step,
  type StepResult,
} from '../../capabilities/pool/index.ts'
import type { OwnChanges } from './caching/types.ts'
import { RENDERING } from './context.ts'

const XID = sql`
  pg_catalog.set_config('s_tier.xid', coalesce(pg_catalog.pg_current_xact_id_if_assigned()::text, ''), false)`
const DAY = sql`
  pg_catalog.set_config('s_tier.day', pg_catalog.to_char(pg_catalog.now() at time zone 'UTC', 'YYYY-MM-DD'), false)`

/**
 * Puts the id of the transaction where it is found after the commit, and tells it; empty when nothing was written. And the day when
 * it began, before which none of its changes are.
 */
export const XID_STEP: Step = Object.freeze({
  text: sql`select ${XID}, ${DAY}`.text,
  name: 'own_xid',
  values: Object.freeze([]),
  discard: false,
})

/** The same, and how values were written when the statement was over. */
export const XID_AND_RENDERING_STEP: Step = Object.freeze({
  ...XID_STEP,
  text: sql`select ${XID}, ${RENDERING}, ${DAY}`.text,
  name: 'own_xid_rendering',
})

/**
 * After the commit, and so with what deferred triggers did: what that transaction changed, as the role that logged in. Its failure
 * is not that of the transaction.
 */
export const OWN_CHANGES_STEP: Step = Object.freeze({
  text: OWN_EVENTS,
  name: 'own_changes',
  values: Object.freeze([]),
  discard: false,
  isExtra: true,
})

/** Nobody knows whether it was committed, so anything may have changed. */
export const ANYTHING: OwnChanges = Object.freeze({ xid: undefined, events: undefined })
const NOTHING: OwnChanges = Object.freeze({ xid: undefined, events: Object.freeze([]) })

/** What the two steps answered; the second may be missing. */
export function ownChangesIn(
  xidResult: StepResult | undefined,
  changes: StepResult | undefined,
): OwnChanges {
  const xid = xidResult?.[0]?.[0]
  if (xid === '') return NOTHING
  if (xid === undefined || xid === null) return ANYTHING
  return { xid: BigInt(xid), events: changes && readOwnEvents(changes) }
}

/**
 * Whether a batch that failed so may have committed, at its step `commitAt`, all the same. A refusal of the commit undid it; but a
 * session that is ended in it may have committed before.
 */
export function isInDoubt(error: unknown, commitAt: number): boolean {
  const told = error instanceof DatabaseError ? error : causeOf(error)
  if (!(told instanceof DatabaseError)) return told !== undefined || !isNeverSent(error)
  const step = told.step ?? 0
  return step > commitAt || (step === commitAt && told.isFatal)
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** Whoever had gone, or was late, before anything was sent. */
function isNeverSent(error: unknown): boolean {
  return error instanceof CancelledError || error instanceof DeadlineError
}
