import { dueTimes } from './arrivals.ts'
import { type AnswerSeen, type Connection, openConnection } from './connection.ts'
import type { Arrivals, LoadOrder } from './messages.ts'
import { startPacer } from './pacer.ts'
import type { Portion } from './portion.ts'
import { requestText } from './request-text.ts'
import { Tally } from './tally.ts'

/**
 * Requests come when they are due, whatever became of those before, and their time counts from there. A caller that waits for its answer
 * asks less of a server that is slow, and then reports none of what others would have waited (Tene: coordinated omission).
 */
export async function openOpenLoop(order: LoadOrder, arrivals: Arrivals): Promise<Portion> {
  const due = dueTimes({ ...order, arrivals })
  const pacer = await startPacer(due)
  const loop = new OpenLoop(order, due)
  await loop.connect()
  return {
    async run() {
      await loop.run(onDue => pacer.start(onDue))
      return loop.tally.report()
    },
    close() {
      pacer.stop()
      loop.close()
    },
  }
}

class OpenLoop {
  readonly tally: Tally
  readonly #order: LoadOrder
  readonly #due: Float64Array
  readonly #requests: readonly Buffer[]
  readonly #connections: Connection[] = []
  readonly #idle: number[] = []
  /** The request that each connection carries. */
  readonly #carried: number[] = []
  #broken = 0
  #called = 0
  #sent = 0
  #answered = 0
  #finish: () => void = () => undefined

  constructor(order: LoadOrder, due: Float64Array) {
    this.#order = order
    this.#due = due
    this.#requests = order.requests.map(request => requestText(order, request))
    this.tally = new Tally(Math.max(1, due.length))
  }

  async connect(): Promise<void> {
    const { connections, port } = this.#order
    for (let index = 0; index < connections; index++) {
      this.#connections.push(await openConnection(port, seen => this.#answer(index, seen)))
      this.#idle.push(index)
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  run(start: (onDue: () => void) => void): Promise<void> {
    return new Promise(resolve => {
      this.#finish = resolve
      this.tally.begin()
      start(() => {
        this.#called++
        this.#sendDue()
      })
      if (this.#due.length === 0) resolve()
    })
  }

  #sendDue(): void {
    while (this.#sent < this.#called) {
      const index = this.#idle.pop()
      if (index === undefined) return // The first that is answered takes it.
      const turn = this.#sent++
      this.#carried[index] = turn
      this.#connections[index]?.send(this.#requests[turn % this.#requests.length] as Buffer)
    }
  }

  #answer(index: number, seen: AnswerSeen): void {
    const due = this.#due[this.#carried[index] ?? 0] ?? 0
    this.tally.count(seen, this.tally.elapsedMs - due)
    this.#answered++
    if (seen.status === 0) this.#broken++
    else this.#idle.push(index)
    const isOver = this.#answered === this.#due.length
    if (isOver || this.#broken === this.#connections.length) this.#finish()
    else this.#sendDue()
  }
}
