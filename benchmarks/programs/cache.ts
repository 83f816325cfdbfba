// A cache in a process of its own, with the callers that a scenario gives it.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Contestant, createKeeping } from './cache/contestants.ts'
import { type CostOrder, measureCost } from './cache/cost.ts'
import {
  askFrozen,
  type FrozenOrder,
  type RaceOrder,
  raceFills,
  type StampedeOrder,
  stampede,
} from './cache/races.ts'
import { answerOrders, settings } from './orders.ts'

export interface CacheSettings {
  readonly contestant: Contestant
  readonly redisUrl?: string
  readonly patienceMs?: number
}

/** `meet`: one value, so that connections are there. */
export type CacheOrder =
  | CostOrder
  | RaceOrder
  | StampedeOrder
  | FrozenOrder
  | { readonly kind: 'meet' }

const { contestant, redisUrl, patienceMs } = settings as CacheSettings
const keeping = createKeeping(contestant, redisUrl, patienceMs)

answerOrders(carryOut, () => keeping.close())

async function carryOut(order: CacheOrder): Promise<unknown> {
  switch (order.kind) {
    case 'hit':
    case 'miss':
      return measureCost(keeping, order)
    case 'stale-fill':
      return raceFills(keeping, order)
    case 'stampede':
      return stampede(keeping, order)
    case 'frozen':
      return askFrozen(keeping, order)
    case 'meet':
      await sleep(500) // Until Redis is connected: those who cannot reach it do without.
      return keeping.get('meeting', async () => ({ version: 1 }))
  }
}
