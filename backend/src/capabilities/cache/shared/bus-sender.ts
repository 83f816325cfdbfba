import type { Clock } from '../../../base/index.ts'

export interface BusSenderSetup {
  readonly clock: Clock
  /** Messages that may wait. */
  readonly waitingMax: number
  readonly retryMs: number
  /** Puts several messages into the stream at once; empty text: some are missing here. Answers their place. Never rejects. */
  readonly send: (texts: string) => Promise<string | undefined>
}

/** What is to be told, in order: one command at a time, with everything that came meanwhile. */
export interface BusSender {
  send(text: string): Promise<string | undefined>
  /** Tells the others that messages are missing. */
  sendMissing(): void
  /** Tries once more to send what waits. */
  close(): Promise<void>
}

/** In one entry of the stream. */
const MESSAGES_AT_ONCE = 200
/** Others read this as: messages are missing. */
export const MISSING = ''

interface Waiting {
  readonly text: string
  readonly told: (place: string | undefined) => void
}

/** What could not be sent for certain is sent again: the others may hear it twice, never in another order. */
export function createBusSender({ clock, waitingMax, retryMs, send }: BusSenderSetup): BusSender {
  let waiting: Waiting[] = []
  let isMissing = false
  let sending: Promise<void> | undefined
  let cancelRetry: (() => void) | undefined
  let isClosed = false

  function begin(): Promise<void> {
    sending ??= sendAll()
    return sending
  }

  async function sendAll(): Promise<void> {
    await Promise.resolve() // What is told in the same turn goes together.
    cancelRetry?.()
    cancelRetry = undefined
    let isSent = true
    while (isSent && (isMissing || waiting.length > 0)) {
      isSent = isMissing ? await sendGap() : await sendSome()
    }
    sending = undefined // In the same turn: whoever comes now must begin anew.
    if (!isSent) later()
  }

  async function sendGap(): Promise<boolean> {
    isMissing = false // It may become true again meanwhile.
    if ((await send(MISSING)) !== undefined) return true
    isMissing = true
    return false
  }

  async function sendSome(): Promise<boolean> {
    const queue = waiting // Another one when it is given up meanwhile.
    const some = queue.slice(0, MESSAGES_AT_ONCE)
    const place = await send(JSON.stringify(some.map(({ text }) => text)))
    if (place === undefined) return false
    queue.splice(0, some.length)
    for (const { told } of some) told(place)
    return true
  }

  function later(): void {
    for (const { told } of waiting) told(undefined)
    if (!isClosed) cancelRetry = clock.after(retryMs, () => void begin())
  }

  /** Nothing that waits is of use any more: the others will take everything for old. */
  function giveUp(): void {
    for (const { told } of waiting) told(undefined)
    waiting = []
    isMissing = true
  }

  return {
    send(text) {
      return new Promise(told => {
        if (waiting.length >= waitingMax) giveUp()
        waiting.push({ text, told })
        void begin()
      })
    },
    sendMissing() {
      isMissing = true
      void begin()
    },
    async close() {
      await begin()
      isClosed = true
      cancelRetry?.()
    },
  }
}
