import { setTimeout as sleep } from 'node:timers/promises'
import type { Take } from './contestants.ts'

export interface EdgesOrder {
  readonly kind: 'edges'
  readonly limit: number
  readonly windowMs: number
  readonly attempts: number
}

/** One request begins a window; a burst at its end and one after it follow. Answers the most that passed within any one window. */
export async function attackEdges(take: Take, order: EdgesOrder): Promise<number> {
  let most = 0
  for (let attempt = 0; attempt < order.attempts; attempt++) {
    const user = `edge-${attempt}`
    const passed: number[] = []
    const burst = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn++) {
        if (await take(user, user, user)) passed.push(performance.now())
      }
    }
    await burst(1)
    await sleep(order.windowMs - 40)
    await burst(order.limit * 2)
    await sleep(60)
    await burst(order.limit * 2)
    most = Math.max(most, mostWithin(passed, order.windowMs))
  }
  return most
}

/** The most of these times, which are in ascending order, within any stretch of so long. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  let first = 0
  return times.reduce((most, time, at) => {
    while (time - (times[first] as number) >= windowMs) first++
    return Math.max(most, at - first + 1)
  }, 0)
}
