import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Others who write meanwhile, straight to the primary: replicas have something to catch up with. */
export interface WriteLoadOrder {
  readonly kind: 'write-load'
  readonly primary: string
  readonly connections: number
  /** Of each statement. */
  readonly rows: number
  readonly pauseMs: number
  /** It may also be stopped before. */
  readonly durationMs: number
}

const INSERT = `insert into journal (note) select repeat('word ', 40) from generate_series(1, $1)`
/** More than any run needs. */
const STATEMENTS_MAX = 1_000_000

export async function runWriteLoad(order: WriteLoadOrder): Promise<void> {
  const { connections, rows, pauseMs, durationMs } = order
  const pool = new pg.Pool({ connectionString: order.primary, max: connections })
  await pool.query('create table if not exists journal (id bigserial primary key, note text)')
  const endsAt = performance.now() + durationMs
  let statements = 0
  const work = async () => {
    while (performance.now() < endsAt && statements++ < STATEMENTS_MAX) {
      await pool.query({ name: 'insert', text: INSERT, values: [rows] })
      await sleep(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  await pool.end()
}
