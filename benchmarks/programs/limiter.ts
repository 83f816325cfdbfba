// A limiter in a process of its own, with the callers that a scenario gives it.
import { answerOrders, settings } from './orders.ts'
import {
  attackEdges,
  decideWhileFrozen,
  type EdgesOrder,
  flood,
  type FloodOrder,
  type FrozenOrder,
  offer,
  type OfferedOrder,
} from './limiter/attacks.ts'
import {
  type Contestant,
  createLimiting,
  type Limiting,
  type LimitingSetup,
} from './limiter/contestants.ts'
import { type CostOrder, measureCost } from './limiter/cost.ts'
import { serve, type ServeOrder } from './limiter/serve.ts'

export type LimiterOrder =
  | CostOrder
  | EdgesOrder
  | OfferedOrder
  | FrozenOrder
  | FloodOrder
  | ServeOrder
  | MeetOrder

/** Begin, and make one decision. */
export interface MeetOrder {
  readonly kind: 'meet'
  readonly setup: LimitingSetup
}

let limiting: Limiting | undefined

answerOrders(carryOut, async () => limiting?.stop())

async function carryOut(order: LimiterOrder): Promise<unknown> {
  if (order.kind === 'serve') return serve(order)
  if (order.kind === 'meet') {
    limiting = createLimiting(settings as Contestant, order.setup)
    await limiting.start()
    return limiting.take('first', 'first', 'first')
  }
  if (limiting === undefined) throw new Error('They have not met')
  switch (order.kind) {
    case 'cost':
      return measureCost(limiting.take, order)
    case 'edges':
      return attackEdges(limiting.take, order)
    case 'offered':
      return offer(limiting.take, order)
    case 'frozen':
      return decideWhileFrozen(limiting.take, order)
    case 'flood':
      return flood(limiting.take, order)
  }
}
