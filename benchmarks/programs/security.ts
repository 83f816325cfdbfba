// The security monitor in a process of its own.
import {
  createSecurityMonitor,
  type SecurityEvent,
} from '../../backend/src/capabilities/security/index.ts'
import { answerOrders } from './orders.ts'

export interface SecurityOrder {
  readonly kind: 'tell'
  readonly events: number
  /** Different users, each from an address of its own. */
  readonly principals: number
}

export interface SecurityReport {
  /** Processor time of an event, in nanoseconds. */
  readonly cpuNanos: number
  readonly grownMiB: number
}

answerOrders(carryOut, async () => undefined)

async function carryOut({ events, principals }: SecurityOrder): Promise<SecurityReport> {
  const monitor = createSecurityMonitor()
  globalThis.gc?.()
  const rss = process.memoryUsage().rss
  tell(monitor, Math.min(events, 100_000), principals)
  const before = process.cpuUsage()
  tell(monitor, events, principals)
  const { user, system } = process.cpuUsage(before)
  globalThis.gc?.()
  const grownMiB = (process.memoryUsage().rss - rss) / 1_048_576
  return { cpuNanos: ((user + system) * 1_000) / events, grownMiB }
}

function tell(
  monitor: ReturnType<typeof createSecurityMonitor>,
  events: number,
  principals: number,
) {
  const startedAt = Date.now()
  for (let turn = 0; turn < events; turn++) {
    const at = turn % principals
    const event: SecurityEvent = {
      ...{ kind: 'read', atMs: startedAt + turn / 100 },
      ...{ ip: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, user: `user-${at}` },
      ...{ role: 'authenticated', route: 'GET /orders', rows: 20, bytes: 2_000, status: 200 },
    }
    monitor.tell(event)
  }
}
