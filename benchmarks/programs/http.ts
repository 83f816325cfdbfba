// HTTP clients in a process of their own, and the one that does without a server between.
import { answerOrders } from './orders.ts'
import { type ByHandOrder, runByHand } from './http/by-hand.ts'
import { type PairsOrder, runPairs } from './http/pairs.ts'
import { runTraffic, type TrafficOrder } from './http/traffic.ts'
import { runWriteLoad, type WriteLoadOrder } from './http/write-load.ts'

export type HttpOrder = PairsOrder | ByHandOrder | TrafficOrder | WriteLoadOrder

answerOrders(carryOut, async () => undefined)

async function carryOut(order: HttpOrder): Promise<unknown> {
  switch (order.kind) {
    case 'pairs':
      return runPairs(order)
    case 'by-hand':
      return runByHand(order)
    case 'traffic':
      return runTraffic(order)
    case 'write-load':
      return runWriteLoad(order)
  }
}
