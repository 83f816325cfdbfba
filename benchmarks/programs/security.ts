// The security monitor in a process of its own.
import { answerOrders } from './orders.ts'
import { type CostOrder, measureCost } from './security/cost.ts'
import { createNode, type NodeOrder, type StartOrder } from './security/node.ts'

export type SecurityOrder = CostOrder | StartOrder | NodeOrder

let node: Awaited<ReturnType<typeof createNode>> | undefined

answerOrders(carryOut, async () => node?.stop())

async function carryOut(order: SecurityOrder): Promise<unknown> {
  switch (order.kind) {
    case 'cost':
      return measureCost(order)
    case 'start':
      node = await createNode(order)
      return undefined
    default:
      if (node === undefined) throw new Error('It has not begun')
      return node.carryOut(order)
  }
}
