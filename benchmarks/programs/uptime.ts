// Clients of two contestants at the same time, in a process of their own: what they get goes on whatever the world does.
import { answerOrders } from './orders.ts'
import { connectMany, type StormOrder } from './uptime/storm.ts'
import { runTraffic, type UptimeOrder } from './uptime/traffic.ts'

export type UptimeProgramOrder = UptimeOrder | StormOrder

answerOrders(carryOut, async () => undefined)

async function carryOut(order: UptimeProgramOrder): Promise<unknown> {
  switch (order.kind) {
    case 'uptime':
      return runTraffic(order)
    case 'storm':
      return connectMany(order)
  }
}
