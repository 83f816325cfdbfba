import type { Take } from './contestants.ts'

export interface FloodOrder {
  readonly kind: 'flood'
  readonly keys: number
  readonly limit: number
  /** As in a server that has served for a while: V8 has grown its young generation before. */
  readonly isWarm: boolean
}

export interface FloodReport {
  /** All of the process. */
  readonly residentMiB: number
  /** On the heap and in buffers, after a collection: what is really kept. */
  readonly keptMiB: number
  /** Of as many requests of the victim after the flood as are twice its limit. */
  readonly victimAdmitted: number
  readonly microsPerKey: number
}

/** A caller uses up its limit; then others come, each once; then that caller tries again. */
export async function flood(take: Take, order: FloodOrder): Promise<FloodReport> {
  for (let turn = 0; turn < order.limit; turn++) await take('victim', 'victim', 'victim')
  if (order.isWarm) growYoungGeneration()
  const before = memory()
  const startedAt = performance.now()
  for (let key = 0; key < order.keys; key++) {
    const decided = take(`flood-${key}`, `flood-${key}`, `flood-${key}`)
    if (typeof decided !== 'boolean') await decided
  }
  const elapsedMs = performance.now() - startedAt
  const after = memory()
  let victimAdmitted = 0
  for (let turn = 0; turn < 2 * order.limit; turn++) {
    if (await take('victim', 'victim', 'victim')) victimAdmitted++
  }
  return {
    residentMiB: after.residentMiB - before.residentMiB,
    keptMiB: after.keptMiB - before.keptMiB,
    ...{ victimAdmitted, microsPerKey: (elapsedMs * 1_000) / order.keys },
  }
}

const MIB = 1_048_576

function memory() {
  globalThis.gc?.()
  globalThis.gc?.() // What the first one has only found.
  const { rss, heapUsed, external } = process.memoryUsage()
  return { residentMiB: rss / MIB, keptMiB: (heapUsed + external) / MIB }
}

/** V8 makes it larger, up to 32 MiB, when much of what is new lives on for a while; it never gets smaller again under load. */
function growYoungGeneration(): void {
  for (let round = 0; round < 4; round++) {
    Array.from({ length: 150_000 }, (_, at) => ({ at: at + 0.5, text: `text ${at}`, list: [at] }))
  }
}
