import { setTimeout } from 'node:timers/promises'
import { CACHING_DEFAULTS } from '../../src/query/executor/index.ts'
import { LOUD } from './disturbances/loud.ts'
import { FAILOVER, OF_REPLICAS } from './disturbances/of-replicas.ts'
import { QUIET } from './disturbances/quiet.ts'
import { allNodes, type Disturbance } from './disturbances/waiting.ts'
import { oneRow } from './questions.ts'
import type { World } from './world.ts'

/** One of them, and whether requests may fail through it. */
export interface Named {
  readonly name: string
  readonly run: Disturbance
  readonly isLoud: boolean
}

/** All that can go wrong with one database, or with one that has a replica. */
export function disturbances(hasReplica: boolean): readonly Named[] {
  const named = (all: Readonly<Record<string, Disturbance>>, isLoud: boolean) =>
    Object.entries(all).map(([name, run]) => ({ name, run, isLoud }))
  const others = hasReplica ? [...named(OF_REPLICAS, false), ...named(FAILOVER, true)] : []
  return [...named(QUIET, false), ...named(LOUD, true), ...others]
}

/** Lets it happen, and waits until everything is as before, at every node and without a restart. */
export async function disturb(world: World, { name, run, isLoud }: Named): Promise<void> {
  const over = isLoud ? world.witness.excuse(name) : () => undefined
  await run(world)
  await allNodes(world, `all is well after: ${name}`, node => isWell(world, node))
  if (isLoud) await setTimeout(CACHING_DEFAULTS.errorThrottleMs) // So long what stood in may be given without another try.
  over()
}

/** It writes and reads, and keeps what it has read. */
async function isWell({ witness, writing, isCached }: World, node: number): Promise<boolean> {
  const { row, acknowledgedMs } = await writing.write(writing.take(), node)
  if (acknowledgedMs === undefined) return false
  const question = oneRow(row, row.place?.tenant ?? 1)
  const first = await witness.read(node, question)
  const second = await witness.read(node, question)
  return first.status === 200 && (second.mark.from === 'hit' || !isCached)
}
