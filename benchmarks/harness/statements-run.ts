import { query, type Store } from './store.ts'

/** Must be there before a server is started: sessions take the setting over when they begin. */
export async function countStatements(store: Store): Promise<void> {
  await query(store.url, 'create extension if not exists pg_stat_statements')
  await query(store.url, `alter database store set pg_stat_statements.track = 'top'`)
}

/**
 * Statements that clients had PostgreSQL run so far, those of this question among them. pg_stat_statements counts a `begin` that is
 * prepared only when it is run for the first time, so there are at least as many as transactions that were ended.
 */
export async function statementsRun({ url }: Store): Promise<number> {
  const [row] = await query<{ calls: string }>(url, COUNT)
  return Number(row?.calls)
}

const COUNT = `
  select coalesce(sum(calls), 0)
    + greatest(0, coalesce(sum(calls) filter (where query ~* '^(commit|rollback)$'), 0)
                - coalesce(sum(calls) filter (where query ~* '^(begin|start)\\M'), 0)) as calls
  from pg_stat_statements`
