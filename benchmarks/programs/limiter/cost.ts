import type { Take } from './contestants.ts'

export interface CostOrder {
  readonly kind: 'cost'
  readonly decisions: number
  /** How many different callers there are. */
  readonly keys: number
  /** Decisions at the same time. */
  readonly inFlight: number
}

export interface CostReport {
  readonly perSecond: number
  /** Processor time of this process for a decision, in nanoseconds. */
  readonly cpuNanos: number
}

export async function measureCost(take: Take, order: CostOrder): Promise<CostReport> {
  const users = Array.from({ length: order.keys }, (_, at) => `user-${at}`)
  const addresses = users.map((_, at) => `10.0.${at >> 8}.${at & 255}`)
  const decide = (turn: number) => {
    const at = turn % order.keys
    return take(users[at] as string, addresses[at] as string, ENDPOINTS[turn & 3] as string)
  }
  await repeat(decide, order.decisions / 2, order.inFlight)
  globalThis.gc?.()
  const before = process.cpuUsage()
  const startedAt = performance.now()
  await repeat(decide, order.decisions, order.inFlight)
  const elapsedMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(before)
  return {
    perSecond: (order.decisions * 1_000) / elapsedMs,
    cpuNanos: ((user + system) * 1_000) / order.decisions,
  }
}

const ENDPOINTS = ['GET /orders', 'GET /books', 'POST /orders', '/rpc/pay']

/** A promise is only awaited where there is one. */
async function repeat(
  decide: (turn: number) => boolean | Promise<boolean>,
  times: number,
  inFlight: number,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < times) {
      const decided = decide(next++)
      if (typeof decided !== 'boolean') await decided
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
}
