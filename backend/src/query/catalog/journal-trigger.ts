import { type Sql, sql } from '../../base/index.ts'

/** Whether a row of `pg_proc`, by its alias, is what the triggers of the journal call. They come and go without a word. */
export function isOfJournal(routine: Sql): Sql {
  return sql`(${routine}.proname = 'journal_write' and ${routine}.pronamespace = any (
    select n.oid from pg_namespace n where n.nspname = 's_tier'))`
}
