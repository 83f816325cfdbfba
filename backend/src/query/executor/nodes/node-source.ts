import type { Clock } from '../../../base/index.ts'
import { createPool, type Target } from '../../../capabilities/pool/index.ts'
import { createNodeSource, type NodeSource } from '../../../capabilities/replicas/index.ts'

/** A monitor that ends with the server is not waited for, in milliseconds. */
const END_MS = 100

/** A node that is asked over one connection of its own, which shows in `pg_stat_activity` as what it is. */
export function monitoredNode(
  name: string,
  target: Target,
  connectTimeoutMs: number,
  clock: Clock,
): NodeSource {
  const applicationName = `${target.applicationName} monitor`
  const pool = createPool({
    target: { ...target, applicationName },
    ...{ name: `${name} monitor`, clock, connectTimeoutMs, sizeMin: 1, sizeMax: 1 },
  })
  return createNodeSource({
    name,
    // The questions change nothing in the session, so nothing has to be put in order after each.
    database: {
      query: text => pool.use(connection => connection.query(text), { leavesNoTrace: true }),
    },
    renew: () => pool.evict(new Error('The node did not answer in time'), 'now'),
    async close() {
      await pool.end(END_MS)
    },
  })
}
