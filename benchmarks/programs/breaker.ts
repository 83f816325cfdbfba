// A breaker in a process of its own, with the callers that a scenario gives it.
import { answerOrders, settings } from './orders.ts'
import { type Contestant, guardedBy } from './breaker/contestants.ts'
import { type CostOrder, measureCost } from './breaker/cost.ts'
import { afterClosing, halfOpen, type HerdOrder, OPEN_FOR_MS } from './breaker/herd.ts'
import { type OutageOrder, runOutage } from './breaker/outage.ts'

export type BreakerOrder = CostOrder | HerdOrder | OutageOrder

/** While a cost is measured, it stays as it is. */
const LONG_MS = 600_000

answerOrders(carryOut, async () => undefined)

async function carryOut(order: BreakerOrder): Promise<unknown> {
  const contestant = settings as Contestant
  switch (order.kind) {
    case 'closed':
    case 'rejected':
      return measureCost(guardedBy(contestant, LONG_MS), order)
    case 'half-open':
      await warmUp(contestant)
      return halfOpen(guardedBy(contestant, OPEN_FOR_MS), order.callers)
    case 'after-closing':
      await warmUp(contestant)
      return afterClosing(guardedBy(contestant, OPEN_FOR_MS), order.callers)
    case 'outage':
      return runOutage(order)
  }
}

/** What is measured is the crowd, not the compiler. */
async function warmUp(contestant: Contestant): Promise<void> {
  for (const kind of ['closed', 'rejected'] as const) {
    await measureCost(guardedBy(contestant, LONG_MS), { kind, calls: 1 })
  }
}
