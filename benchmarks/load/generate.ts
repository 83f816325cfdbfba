import { openConnection } from './connection.ts'
import type { LoadOrder } from './messages.ts'
import { openOpenLoop } from './open-loop.ts'
import type { Portion } from './portion.ts'
import { requestText } from './request-text.ts'
import { Tally } from './tally.ts'

/** Opens the connections of a portion. */
export function openPortion(order: LoadOrder): Promise<Portion> {
  const { arrivals } = order
  return arrivals === undefined ? openClosedLoop(order) : openOpenLoop(order, arrivals)
}

/** Each connection sends its next request when the last was answered. */
async function openClosedLoop(order: LoadOrder): Promise<Portion> {
  const requests = order.requests.map(request => requestText(order, request))
  const tally = new Tally(order.requestsMax)
  const turns = createTurns(order, tally)
  const callers = await Promise.all(
    Array.from({ length: order.connections }, () => openCaller(order.port, requests, tally, turns)),
  )
  return {
    async run() {
      tally.begin()
      for (const caller of callers) caller.sendNext()
      await turns.finished
      return tally.report()
    },
    close() {
      for (const caller of callers) caller.close()
    },
  }
}

type Turns = ReturnType<typeof createTurns>

async function openCaller(port: number, requests: readonly Buffer[], tally: Tally, turns: Turns) {
  let sentAt = 0
  const connection = await openConnection(port, seen => {
    tally.count(seen, performance.now() - sentAt)
    sendNext(seen.status === 0)
  })
  const sendNext = (broken = false) => {
    const turn = turns.next(broken)
    if (turn === undefined) return
    sentAt = performance.now()
    connection.send(requests[turn % requests.length] as Buffer)
  }
  return { sendNext: () => sendNext(), close: () => connection.close() }
}

function createTurns({ requestsMax, durationMs, connections }: LoadOrder, tally: Tally) {
  let started = 0
  let busy = connections
  let finish: () => void = () => undefined
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  return {
    finished,
    /** The number of the next request; undefined when this connection is done. */
    next(broken: boolean): number | undefined {
      const isOver = broken || started >= requestsMax || tally.elapsedMs >= durationMs
      if (!isOver) return started++
      busy--
      if (busy === 0) finish()
      return undefined
    },
  }
}
