import type { LoadRequest } from '../load/messages.ts'
import { cpuMicrosOf } from './cpu.ts'
import { startLoadGenerator } from './load.ts'

/** What a server did under load: how much, and at what cost. */
export interface ServedReport {
  readonly perSecond: number
  /** Processor time of the server for a request, in microseconds. */
  readonly cpuMicros: number
}

export interface ServedLoad {
  readonly port: number
  readonly pid: number
  readonly request: LoadRequest
  readonly headers: Readonly<Record<string, string>>
  readonly requests: number
  readonly connections: number
}

const TIME_MAX_MS = 20_000

/** Asks the same thing over and over, a quarter as often before it is measured. Fails at an answer that is no success. */
export async function loadServer(order: ServedLoad): Promise<ServedReport> {
  const load = startLoadGenerator()
  try {
    await run(load, order, order.requests / 4)
    const before = cpuMicrosOf(order.pid) ?? Number.NaN
    const { requests, errors, firstError, elapsedMs } = await run(load, order, order.requests)
    const after = cpuMicrosOf(order.pid) ?? Number.NaN
    if (errors > 0) throw new Error(`${errors} errors: ${firstError}`)
    return { perSecond: (requests * 1_000) / elapsedMs, cpuMicros: (after - before) / requests }
  } finally {
    load.stop()
  }
}

async function run(
  load: ReturnType<typeof startLoadGenerator>,
  { port, request, headers, connections }: ServedLoad,
  requestsMax: number,
) {
  const portion = await load.open({
    ...{ port, connections, requestsMax, durationMs: TIME_MAX_MS },
    ...{ requests: [request], headers },
  })
  const report = await portion.run()
  await portion.close()
  return report
}
