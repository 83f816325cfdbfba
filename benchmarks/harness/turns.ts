import type { LoadRequest } from '../load/messages.ts'
import { cpuMicrosOf } from './cpu.ts'
import type { LoadGenerator } from './load.ts'
import type { ServedReport } from './served-load.ts'

/** A server that runs beside others, and is asked in turns. */
interface Turning {
  readonly port: number
  readonly pid: number
}

interface TurnOrder {
  readonly request: LoadRequest
  readonly headers: Readonly<Record<string, string>>
  readonly requests: number
  readonly connections: number
}

const TIME_MAX_MS = 20_000

/** One turn, a fraction of a second: what else the machine does falls on all who are asked about then. Fails at an answer that is no success. */
export async function takeTurn(
  load: LoadGenerator,
  { port, pid }: Turning,
  { request, headers, requests: requestsMax, connections }: TurnOrder,
): Promise<ServedReport> {
  const portion = await load.open({
    ...{ port, connections, requestsMax, durationMs: TIME_MAX_MS },
    ...{ requests: [request], headers },
  })
  const before = cpuMicrosOf(pid) ?? Number.NaN
  const { requests, errors, firstError, elapsedMs } = await portion.run()
  const cpuMicros = ((cpuMicrosOf(pid) ?? Number.NaN) - before) / requests
  await portion.close()
  if (errors > 0) throw new Error(`${errors} errors: ${firstError}`)
  return { perSecond: (requests * 1_000) / elapsedMs, cpuMicros }
}
