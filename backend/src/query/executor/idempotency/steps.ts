import { type Sql, sql } from '../../../base/index.ts'
import {
  ASSUME_ROLE,
  CLAIM,
  KEEP,
  LEAVE_ROLE,
  RECALL,
  SWEEP,
} from '../../../capabilities/idempotency/index.ts'
import type { Step } from '../../../capabilities/pool/index.ts'
import { LSN_STEP } from '../lsn.ts'
import { OWN_CHANGES_STEP, XID_STEP } from '../own-changes.ts'
import type { Idempotency } from './types.ts'

/** Where among `claimSteps` the claim is. */
export const CLAIM_AT = 1

/** The claim, and the change of roles around it. It answers the id to keep the answer under. */
export function claimSteps(idempotency: Idempotency): readonly Step[] {
  return [
    step('role_leave', LEAVE_ROLE),
    { ...step('idempotency_claim', CLAIM, asked(idempotency)), discard: false },
    step('role_assume', ASSUME_ROLE),
  ]
}

/** Where among `recallSteps` the answer is. */
export const RECALL_AT = 1

/** What is kept under a key. */
export function recallSteps(idempotency: Idempotency): readonly Step[] {
  return [
    step('role_leave', LEAVE_ROLE),
    { ...step('idempotency_recall', RECALL, asked(idempotency)), discard: false },
  ]
}

/** Where among `keepSteps` the answer is kept. */
export const KEEP_AT = 2

/** And where that comes to stay, what it is called, where the log ended then, and what was changed. */
export interface KeepPlaces {
  readonly commitAt: number
  readonly xidAt: number | undefined
  readonly lsnAt: number
  readonly changesAt: number | undefined
}
const PLACES: KeepPlaces = Object.freeze({
  commitAt: 3,
  xidAt: undefined,
  lsnAt: 4,
  changesAt: undefined,
})
const PLACES_WITH_CHANGES: KeepPlaces = Object.freeze({
  commitAt: 4,
  xidAt: 3,
  lsnAt: 5,
  changesAt: 6,
})

export function keepPlaces(tellsChanges: boolean): KeepPlaces {
  return tellsChanges ? PLACES_WITH_CHANGES : PLACES
}

/** What was put off runs as the role of the request: before PostgreSQL 18 a deferred trigger runs as whoever commits. */
const NOW_WHAT_WAS_DEFERRED = sql`set constraints all immediate`
const COMMIT = sql`commit`
const UNNAMED_XID: Step = Object.freeze({ ...XID_STEP, name: '' })
const UNNAMED_CHANGES: Step = Object.freeze({ ...OWN_CHANGES_STEP, name: '' })

/**
 * The second half of a transaction, and some tidying in one of its own. Nothing here has a name: a function of the user's
 * may have thrown away all prepared statements (`deallocate all`), and half a transaction cannot be repeated.
 */
export function keepSteps(
  id: string,
  { fingerprint, keepMs }: Idempotency,
  answer: string | null,
  tellsChanges: boolean,
): readonly Step[] {
  return [
    step('', NOW_WHAT_WAS_DEFERRED),
    step('', LEAVE_ROLE),
    step('', KEEP, [id, fingerprint, answer, String(keepMs)]),
    ...(tellsChanges ? [UNNAMED_XID] : []),
    step('', COMMIT),
    LSN_STEP,
    ...(tellsChanges ? [UNNAMED_CHANGES] : []),
    { ...step('', SWEEP), isExtra: true },
  ]
}

/** Ends the transaction that a refused claim has failed. */
export const ROLLBACK_STEP: Step = step('', sql`rollback`)

function asked({ key, fingerprint }: Idempotency): readonly string[] {
  return [key, fingerprint]
}

function step(name: string, { text }: Sql, values: Step['values'] = []): Step {
  return { text, name, values, discard: true }
}
