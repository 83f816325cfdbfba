import { query, type Store } from './store.ts'

/** Must be there before a server is started: sessions take the setting over when they begin. */
export async function countStatements(store: Store): Promise<void> {
  await query(store.url, 'create extension if not exists pg_stat_statements')
  await query(store.url, `alter database store set pg_stat_statements.track = 'top'`)
}

/** Statements that clients had PostgreSQL run so far, those of this question among them. */
export async function statementsRun({ url }: Store): Promise<number> {
  const [row] = await query<{ calls: string }>(
    url,
    'select coalesce(sum(calls), 0) as calls from pg_stat_statements',
  )
  return Number(row?.calls)
}
