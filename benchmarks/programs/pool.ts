// A pool in a process of its own, with the callers that a scenario gives it.
import { answerOrders, settings } from './orders.ts'
import { type LoopOrder, runLoop } from './pool/closed-loop.ts'
import { createContestant, type PoolSettings } from './pool/contestants.ts'
import { type ArrivalsOrder, runArrivals } from './pool/open-loop.ts'
import { type OutageOrder, runOutage } from './pool/outage.ts'
import { runSpike, type SpikeOrder } from './pool/spike.ts'

export type PoolOrder =
  | { readonly kind: 'renew' } // A new pool with the connections that it keeps in any case.
  | { readonly kind: 'explain' }
  | SpikeOrder
  | LoopOrder
  | ArrivalsOrder
  | OutageOrder

let pool = createContestant(settings as PoolSettings)

answerOrders(carryOut, () => pool.end())

async function carryOut(order: PoolOrder): Promise<unknown> {
  switch (order.kind) {
    case 'renew':
      await pool.end()
      pool = createContestant(settings as PoolSettings)
      return pool.fill()
    case 'explain':
      return pool.explain()
    case 'spike':
      return runSpike(pool, order)
    case 'loop':
      return runLoop(pool, order)
    case 'arrivals':
      return runArrivals(pool, order)
    case 'outage':
      return runOutage(pool, order)
  }
}
