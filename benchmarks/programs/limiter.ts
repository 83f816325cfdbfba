// A limiter in a process of its own, with the callers that a scenario gives it.
import { answerOrders, settings } from './orders.ts'
import {
  type Contestant,
  createLimiting,
  type Limiting,
  type LimitingSetup,
} from './limiter/contestants.ts'
import { type CostOrder, measureCost } from './limiter/cost.ts'
import { attackEdges, type EdgesOrder } from './limiter/edges.ts'
import { flood, type FloodOrder } from './limiter/flood.ts'
import { offer, type OfferedOrder } from './limiter/offered.ts'
import { decideInOutage, type OutageOrder } from './limiter/outage.ts'
import { serve, type ServeOrder } from './limiter/serve.ts'

export type LimiterOrder =
  | CostOrder
  | EdgesOrder
  | OfferedOrder
  | OutageOrder
  | FloodOrder
  | ServeOrder
  | MeetOrder

/** Begin, and make some decisions. */
export interface MeetOrder {
  readonly kind: 'meet'
  readonly setup: LimitingSetup
  /** How wrong the date of this process is, in milliseconds. */
  readonly aheadMs?: number
}

const FIRST_DECISIONS = 200

let limiting: Limiting | undefined

answerOrders(carryOut, async () => limiting?.stop())

async function carryOut(order: LimiterOrder): Promise<unknown> {
  if (order.kind === 'serve') return serve(order)
  if (order.kind === 'meet') return meet(order)
  if (limiting === undefined) throw new Error('They have not met')
  switch (order.kind) {
    case 'cost':
      return measureCost(limiting.take, order)
    case 'edges':
      return attackEdges(limiting.take, order)
    case 'offered':
      return offer(limiting, order)
    case 'outage':
      return decideInOutage(limiting.take, order)
    case 'flood':
      return flood(limiting.take, order)
  }
}

async function meet({ setup, aheadMs = 0 }: MeetOrder): Promise<void> {
  const now = Date.now.bind(Date)
  Date.now = () => now() + aheadMs
  limiting = createLimiting(settings as Contestant, setup)
  await limiting.start()
  for (let n = 0; n < FIRST_DECISIONS; n++) await limiting.take(`f-${n}`, `f-${n}`, `f-${n}`)
}
