import { setImmediate } from 'node:timers/promises'

/** What waits for its turn. */
export interface Weighed {
  readonly bytes: number
}

export interface LanesSetup<Request extends Weighed, Answer> {
  /** Sends requests of one lane together; their answers are in the same order. */
  readonly send: (lane: string, requests: readonly Request[]) => Promise<readonly Answer[]>
  readonly requestsMax: number
  readonly bytesMax: number
}

interface Waiting<Request, Answer> {
  readonly request: Request
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Sends at once what nobody is ahead of. What comes for a lane while something of it is under way waits, and is then sent
 * together: that is no longer than it would have waited for the lock, and one commit serves all (as group commit does for
 * the log, Gray and Reuter 1993, 9.4.7). Lanes do not wait for each other.
 *
 * When requests that were sent together fail, each is sent alone: the error of one is not that of the others.
 */
export function createLanes<Request extends Weighed, Answer>({
  send,
  requestsMax,
  bytesMax,
}: LanesSetup<Request, Answer>): (lane: string, request: Request) => Promise<Answer> {
  const lanes = new Map<string, Waiting<Request, Answer>[]>()

  async function work(lane: string, queue: Waiting<Request, Answer>[]): Promise<void> {
    while (queue.length > 0) {
      const group = queue.splice(0, groupSize(queue))
      await sendTogether(lane, group)
      if (group.length > 1) await setImmediate() // Who has just been answered may have more for this lane.
    }
    lanes.delete(lane)
  }

  function groupSize(queue: readonly Waiting<Request, Answer>[]): number {
    let size = 1
    let bytes = queue[0]?.request.bytes ?? 0
    while (size < Math.min(queue.length, requestsMax)) {
      bytes += queue[size]?.request.bytes ?? 0
      if (bytes > bytesMax) break
      size++
    }
    return size
  }

  async function sendTogether(
    lane: string,
    group: readonly Waiting<Request, Answer>[],
  ): Promise<void> {
    try {
      const answers = await send(
        lane,
        group.map(({ request }) => request),
      )
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer)
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error)
      else for (const each of group) await sendTogether(lane, [each])
    }
  }

  return (lane, request) =>
    new Promise((resolve, reject) => {
      const queue = lanes.get(lane)
      if (queue !== undefined) {
        queue.push({ request, resolve, reject })
        return
      }
      const fresh = [{ request, resolve, reject }]
      lanes.set(lane, fresh)
      void work(lane, fresh)
    })
}
