import { percentile } from '../harness/statistics.ts'
import { type AnswerSeen, openConnection } from './connection.ts'
import type { LoadOrder, LoadReport, LoadRequest } from './messages.ts'

/** The connections of one portion of load, open and idle until `run`. */
export interface Portion {
  /** Each connection sends its next request when the last was answered. May be called once. */
  run(): Promise<LoadReport>
  close(): void
}

/** Opens the connections of a portion. */
export async function openPortion(order: LoadOrder): Promise<Portion> {
  const requests = order.requests.map(request => requestText(order, request))
  const tally = createTally(order)
  const callers = await Promise.all(
    Array.from({ length: order.connections }, () => openCaller(order.port, requests, tally)),
  )
  return {
    async run() {
      tally.begin()
      for (const caller of callers) caller.sendNext()
      await tally.finished
      return tally.report()
    },
    close() {
      for (const caller of callers) caller.close()
    },
  }
}

type Tally = ReturnType<typeof createTally>

async function openCaller(port: number, requests: readonly Buffer[], tally: Tally) {
  let sentAt = 0
  const connection = await openConnection(port, seen => {
    tally.count(seen, performance.now() - sentAt)
    sendNext(seen.status === 0)
  })
  const sendNext = (broken = false) => {
    const turn = tally.start(broken)
    if (turn === undefined) return
    sentAt = performance.now()
    connection.send(requests[turn % requests.length] as Buffer)
  }
  return { sendNext: () => sendNext(), close: () => connection.close() }
}

function createTally({ requestsMax, durationMs, connections }: LoadOrder) {
  const latencies = new Float64Array(requestsMax)
  let [started, answered, errors, bytes] = [0, 0, 0, 0]
  let [startedAt, endedAt] = [0, 0]
  let busy = connections
  let firstError: string | undefined
  let finish: () => void = () => undefined
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  return {
    finished,
    begin(): void {
      startedAt = performance.now()
    },
    /** The number of the next request; undefined when this connection is done. */
    start(broken: boolean): number | undefined {
      const isOver = broken || started >= requestsMax || performance.now() - startedAt >= durationMs
      if (!isOver) return started++
      busy--
      if (busy === 0) finish()
      return undefined
    },
    count({ status, bytes: size, head }: AnswerSeen, latencyMs: number): void {
      latencies[answered++] = latencyMs
      bytes += size
      endedAt = performance.now()
      if (status >= 200 && status < 300) return
      errors++
      firstError ??= head.split('\r\n', 1)[0]
    },
    report(): LoadReport {
      const sorted = latencies.subarray(0, answered).sort()
      return {
        ...{ requests: answered, errors, firstError, bytes, elapsedMs: endedAt - startedAt },
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
      }
    },
  }
}

function requestText({ port, headers }: LoadOrder, { method, path, body }: LoadRequest): Buffer {
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers, ...bodyHeaders(body) })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n${body ?? ''}`)
}

function bodyHeaders(body: string | undefined): Readonly<Record<string, string>> {
  if (body === undefined) return {}
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  }
}
