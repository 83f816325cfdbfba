import { type Clock, type Observer, option, sql } from '../../../base/index.ts'
import type { Queryable } from '../types.ts'
import type { RetentionEvent } from './events.ts'
import {
  RETENTION_CHECKS,
  RETENTION_DEFAULTS,
  type RetentionOptions,
  type RetentionRules,
} from './options.ts'

export type MaintainOptions = Pick<RetentionOptions, 'keepMs' | 'keepBytes' | 'daysAhead'>

export interface Maintained {
  /** Another process was at it, so nothing was done. */
  readonly isBusy: boolean
  /** Days that a place was made for: `2026-11-22`. */
  readonly made: readonly string[]
  /** What was dropped, the oldest first. */
  readonly dropped: readonly { readonly part: string; readonly bytes: number }[]
  /** Readers that had not seen all of it, each with the first of these parts. */
  readonly passed: readonly { readonly reader: string; readonly part: string }[]
  /** The bytes of the journal where they are still more than `keepBytes`. */
  readonly tooLarge: number | undefined
}

/**
 * Makes days ahead and drops those that are past age or size, whole; one of several processes does it at a time. It never waits for
 * writers or readers longer than 250 ms. A reader does not hold it up, but is named. The role needs what `enableJournal` gives to
 * `logins`. Throws what PostgreSQL answers: 3F000 or 42883 where there is no journal, 42501 without the right.
 */
export async function maintainJournal(
  database: Queryable,
  options: MaintainOptions = {},
): Promise<Maintained> {
  const rules = option.settled('journal', options, RETENTION_CHECKS, RETENTION_DEFAULTS)
  const { keepMs, keepBytes, daysAhead } = rules
  const rows = await database.query(MAINTAIN.text, [keepMs, keepBytes, daysAhead].map(String))
  return readAnswer(rows)
}

const MAINTAIN = sql`select what, name, bytes::text from s_tier.journal_maintain($1, $2, $3)`

function readAnswer(rows: readonly Readonly<Record<string, unknown>>[]): Maintained {
  const made: string[] = []
  const dropped: { part: string; bytes: number }[] = []
  const passed = new Map<string, string>()
  let isBusy = false
  let tooLarge: number | undefined
  for (const row of rows) {
    const name = String(row['name'])
    const bytes = Number(row['bytes'])
    if (row['what'] === 'busy') isBusy = true
    else if (row['what'] === 'made') made.push(name)
    else if (row['what'] === 'dropped') dropped.push({ part: name, bytes })
    else if (row['what'] === 'over') tooLarge = bytes
    else if (!passed.has(name)) passed.set(name, dropped.at(-1)?.part ?? '')
  }
  const readers = [...passed].map(([reader, part]) => ({ reader, part }))
  return { isBusy, made, dropped, passed: readers, tooLarge }
}

export interface RetentionSetup {
  readonly database: Queryable
  readonly clock: Clock
  readonly observe: Observer<RetentionEvent>
  readonly options?: RetentionOptions
  /** There need be no journal, nor the right to look after it: then nothing is done, and nothing said, until there is. Default false. */
  readonly isOptional?: boolean
}

export interface Retention {
  /** Looks after the journal now, and then again and again. May be called twice. */
  start(): void
  /** No more of it; resolves when what was under way has ended. */
  stop(): Promise<void>
}

/** `maintainJournal` at intervals. Throws ST001 and ST003 for options that cannot be. */
export function createRetention({
  database,
  clock,
  observe,
  options = {},
  isOptional = false,
}: RetentionSetup): Retention {
  const rules = option.settled('journal', options, RETENTION_CHECKS, RETENTION_DEFAULTS)
  const { everyMs, ...kept } = rules
  let cancel: (() => void) | undefined
  let running: Promise<void> | undefined
  let isStopped = false

  async function work(): Promise<void> {
    try {
      if (isOptional && !(await mayMaintain(database))) return
      tell(await maintainJournal(database, kept), rules, observe)
    } catch (error) {
      observe({ kind: 'journal.maintain-failed', error })
    } finally {
      running = undefined
      if (!isStopped) cancel = clock.after(everyMs, begin)
    }
  }
  function begin(): void {
    running = work()
  }

  return {
    start() {
      if (running === undefined && cancel === undefined && !isStopped) begin()
    },
    async stop() {
      isStopped = true
      cancel?.()
      await running
    },
  }
}

/** Asked of the system's tables: a function that is not there is an error in the server's log. */
async function mayMaintain(database: Queryable): Promise<boolean> {
  const [row] = await database.query(MAY_MAINTAIN.text)
  return row !== undefined
}

const MAY_MAINTAIN = sql`
  select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = 's_tier' and p.proname = 'journal_maintain'
    and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_function_privilege(p.oid, 'execute')`

function tell(
  { dropped, passed, tooLarge }: Maintained,
  { keepBytes }: RetentionRules,
  observe: Observer<RetentionEvent>,
): void {
  for (const { part, bytes } of dropped) observe({ kind: 'journal.dropped', part, bytes })
  for (const { reader, part } of passed) observe({ kind: 'journal.reader-passed', reader, part })
  if (tooLarge === undefined) return
  observe({ kind: 'journal.too-large', bytes: tooLarge, bytesMax: keepBytes })
}
