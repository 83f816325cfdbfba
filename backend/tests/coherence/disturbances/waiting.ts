import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../world.ts'

/** Something goes wrong, and is right again when it resolves. */
export type Disturbance = (world: World) => Promise<void>

/** Long enough for everything that watches for it. */
export const LASTS_MS = 1_500
const RECOVERY_MS = 30_000

export async function allNodes(
  { rig, isCached }: World,
  what: string,
  isTrue: (node: number) => Promise<boolean>,
): Promise<void> {
  if (!isCached && what.includes('journaled')) return
  await Promise.all(
    rig.nodes.map((_, node) => until(`at node ${node} ${what}`, () => isTrue(node))),
  )
}

export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + RECOVERY_MS
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`It never comes true: ${what}`)
    await sleep(20)
  }
}
