import type { Clock } from '../../../base/index.ts'
import type { Bus, BusListener } from '../types.ts'

/** A stream that several nodes hear, late and with interruptions. */
export interface SimulatedStream {
  /** One node's end of it. */
  connect(): SimulatedBus
}

export interface SimulatedBus extends Bus {
  cut(): void
  heal(): void
  /** Loses what it has not heard yet. */
  lose(): void
}

export interface SimulatedStreamSetup {
  readonly clock: Clock
  /** Of one message to one node, in milliseconds. */
  readonly delayMs: () => number
}

const RETRY_MS = 20

export function createSimulatedStream({ clock, delayMs }: SimulatedStreamSetup): SimulatedStream {
  const messages: { readonly from: object; readonly text: string }[] = []
  const wakes = new Set<() => void>()

  function connect(): SimulatedBus {
    const me = {}
    const waiting: { text: string; told: (place: string | undefined) => void }[] = []
    let at = 0
    let listener: BusListener | undefined
    let isReading = false
    let isCutOff = false

    function readLater(): void {
      if (isReading) return
      isReading = true
      clock.after(delayMs(), () => {
        isReading = false
        readAll()
      })
    }

    function readAll(): void {
      for (; !isCutOff && at < messages.length; at++) {
        const message = messages[at]
        if (message !== undefined && message.from !== me) {
          listener?.onMessage(message.text, String(at + 1))
        }
      }
    }

    function sendAll(): void {
      if (isCutOff) {
        for (const { told } of waiting) told(undefined)
        if (waiting.length > 0) clock.after(RETRY_MS, sendAll)
        return
      }
      for (const { text, told } of waiting.splice(0)) {
        messages.push({ from: me, text })
        told(String(messages.length))
      }
      for (const wake of wakes) wake()
    }

    return {
      send(text) {
        return new Promise(told => {
          waiting.push({ text, told })
          clock.after(delayMs(), sendAll)
        })
      },
      async start(heard) {
        at = messages.length
        listener = heard
        wakes.add(readLater)
      },
      cut() {
        isCutOff = true
      },
      heal() {
        isCutOff = false
        readLater()
      },
      lose() {
        if (at === messages.length) return
        at = messages.length
        listener?.onGap('lost')
      },
      get place() {
        return String(at)
      },
      get isBehind() {
        return isCutOff
      },
      async close() {
        wakes.delete(readLater)
      },
    }
  }

  return { connect }
}
