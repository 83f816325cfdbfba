import type { CacheReport } from '../../src/api/admin/index.ts'
import type { Rig } from './rig.ts'

/** `/metrics/cache` of one node. */
export async function metricsAt({ nodes }: Rig, node: number): Promise<CacheReport> {
  const answer = await fetch(`${nodes[node]?.address ?? ''}/metrics/cache`)
  return (await answer.json()) as CacheReport
}
