import { STierError } from '../../base/index.ts'
import { formatCursor } from './cursor.ts'
import type { Cursor } from './types.ts'

/**
 * Why events are missing behind a cursor.
 *
 * - `removed`: retention has removed them before they were read
 * - `replaced`: this is another journal, which was made since, or another server
 * - `timeline`: the server was restored, or replaced by a replica; what the old one wrote last may be lost
 */
export type GapReason = 'removed' | 'replaced' | 'timeline'

/** Events behind the cursor are gone. Who keeps anything made of events has to throw it away; reading can go on. */
export class JournalGapError extends STierError {
  readonly code = 'ST623'
  readonly status = 500
  readonly reason: GapReason
  readonly cursor: Cursor

  constructor(reason: GapReason, cursor: Cursor) {
    super(`The journal has a gap behind ${formatCursor(cursor)}`, {
      details: DETAILS[reason],
      hint: 'Make anew what was made of its events, and go on from the oldest that is there.',
    })
    this.reason = reason
    this.cursor = cursor
  }
}

const DETAILS: Readonly<Record<GapReason, string>> = {
  removed: 'Events have been removed before they were read.',
  replaced: 'It is another journal than before.',
  timeline: 'The database was restored, or a replica has taken over.',
}

/** The journal or the checkpoints did not answer a reader in time. What it was asked may still run. */
export class JournalTimeoutError extends STierError {
  readonly code = 'ST624'
  readonly status = 503

  constructor(timeoutMs: number) {
    super('The journal did not answer in time', {
      details: `Waited ${timeoutMs} ms, which is timeoutMs of the reader`,
      hint: 'The reader tries again by itself. A connection that is gone without a word has to be given up by its pool.',
    })
  }
}
