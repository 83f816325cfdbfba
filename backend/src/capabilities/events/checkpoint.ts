import { BEGINNING } from './cursor.ts'
import { numberOf, textOf } from './row-values.ts'
import type { Cursor, Queryable } from './types.ts'

/** What a reader wants to go on from, and as whom. */
export interface ClaimRequest {
  /** Of the reader: one at a time reads under it. */
  readonly name: string
  /** Who asks: another text for each process. */
  readonly holder: string
  /** For how long the claim holds without being renewed, in milliseconds. */
  readonly leaseMs: number
  /** Where to begin when nothing is kept under the name. */
  readonly from: Cursor
  readonly journal: string | undefined
}

/** The name is ours, or somebody else's for some time. */
export type Claim =
  | {
      readonly isHeld: true
      /** Grows with each claim. Who saves with an older one has been followed by another. */
      readonly fence: string
      readonly cursor: Cursor
      /** The journal that the cursor is from: see `JournalSource.identity`. */
      readonly journal: string | undefined
    }
  | { readonly isHeld: false; readonly holder: string; readonly freeInMs: number }

export interface Checkpoint {
  readonly name: string
  readonly fence: string
  /** Everything up to it has been delivered. */
  readonly cursor: Cursor
  readonly journal: string | undefined
  /** For how long the claim is to hold from now, in milliseconds; 0 gives it up. */
  readonly leaseMs: number
}

/** Where a named reader keeps its place. A store that one process alone uses may always answer `isHeld` and true. */
export interface CheckpointStore {
  claim(request: ClaimRequest): Promise<Claim>
  /** Keeps the place and renews the claim; false when somebody else has claimed the name since. */
  save(checkpoint: Checkpoint): Promise<boolean>
}

/** Checkpoints in the database of the journal itself, in `s_tier.journal_readers`. Time is the database's. */
export function createTableCheckpoints(database: Queryable): CheckpointStore {
  return {
    async claim({ name, holder, leaseMs, from, journal }) {
      const [row = {}] = await database.query(CLAIM, [
        ...[name, holder, String(leaseMs)],
        ...[String(from.xid), String(from.position), journal ?? null],
      ])
      return claimOf(row)
    },
    async save({ name, fence, leaseMs, cursor, journal }) {
      const [row] = await database.query(SAVE, [
        ...[name, fence, String(leaseMs)],
        ...[String(cursor.xid), String(cursor.position), journal ?? null],
      ])
      return row?.['saved'] === true || row?.['saved'] === 't'
    },
  }
}

const CLAIM = `select * from s_tier.journal_claim($1, $2, $3::bigint, $4::text::xid8, $5::bigint, $6)`
const SAVE = `select s_tier.journal_save($1, $2::bigint, $3::bigint, $4::text::xid8, $5::bigint, $6) as saved`

/** No row at all: who held the name has gone in this moment, so it is free. */
function claimOf(row: Readonly<Record<string, unknown>>): Claim {
  const { fence, holder, free_in_ms, journal } = row
  if (typeof fence !== 'string') {
    return { isHeld: false, holder: textOf(holder) ?? '', freeInMs: numberOf(free_in_ms) ?? 0 }
  }
  return {
    isHeld: true,
    fence,
    cursor: cursorOf(row),
    journal: textOf(journal),
  }
}

function cursorOf({ xid, position }: Readonly<Record<string, unknown>>): Cursor {
  if (typeof xid !== 'string' || typeof position !== 'string') return BEGINNING
  return { xid: BigInt(xid), position: BigInt(position) }
}
