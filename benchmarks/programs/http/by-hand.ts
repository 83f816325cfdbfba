import pg from 'pg'

/** What services do that read replicas by hand: write to the primary, read from a replica. */
export interface ByHandOrder {
  readonly kind: 'by-hand'
  readonly primary: string
  readonly replica: string
  readonly callers: number
  readonly pairs: number
  readonly firstId: number
}

export interface ByHandReport {
  readonly pairs: number
  readonly stale: number
}

const INSERT = { name: 'insert', text: 'insert into entries values ($1, $2)' }
const READ = { name: 'read', text: 'select id from entries where id = $1' }

export async function runByHand(order: ByHandOrder): Promise<ByHandReport> {
  const { callers, pairs, firstId } = order
  const primary = new pg.Pool({ connectionString: order.primary, max: callers })
  const replica = new pg.Pool({ connectionString: order.replica, max: callers })
  let [begun, stale] = [0, 0]
  const work = async () => {
    while (begun < pairs) {
      const id = firstId + begun++
      await primary.query({ ...INSERT, values: [id, `entry ${id}`] })
      const { rowCount } = await replica.query({ ...READ, values: [id] })
      if (rowCount === 0) stale++
    }
  }
  await Promise.all(Array.from({ length: callers }, work))
  await Promise.all([primary.end(), replica.end()])
  return { pairs, stale }
}
