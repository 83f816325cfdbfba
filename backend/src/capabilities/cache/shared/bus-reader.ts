import type { Clock } from '../../../base/index.ts'
import type { BusListener } from '../types.ts'
import { MISSING } from './bus-sender.ts'

/** An entry of the stream. */
export interface BusEntry {
  readonly id: string
  /** The mark of the entry before it. */
  readonly before: string
  readonly mark: string
  readonly node: string
  readonly texts: string
}

/** The end of the stream. */
export interface BusHead {
  readonly id: string
  readonly mark: string
}

export interface BusReaderSetup {
  readonly clock: Clock
  /** Entries of this node are passed over. */
  readonly node: string
  readonly listener: BusListener
  /** Redis has lost entries that were heard here. */
  readonly onLoss: () => void
  /** Undefined: not to be had now. Never rejects. */
  readonly read: (after: string | undefined) => Promise<BusReading | undefined>
}

export interface BusReading {
  readonly head: BusHead
  /** The first ones after that id; none when it is undefined. */
  readonly entries: readonly BusEntry[]
}

export interface BusReader {
  /** All up to here has been delivered. */
  readonly place: string | undefined
  /** When it was last known that there is nothing more, by the clock. */
  readonly caughtUpAt: number
  /** Reads now, and once more when that is asked for meanwhile. Resolves when it has been tried. */
  wake(): Promise<void>
}

/** Follows the chain of entries. Where it is broken, everything up to the end of the stream counts as missed. */
export function createBusReader(setup: BusReaderSetup): BusReader {
  const { clock, node, listener, onLoss, read } = setup
  let at: BusHead | undefined
  let isLate = false
  let caughtUpAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  let isAskedAgain = false

  function wake(): Promise<void> {
    isAskedAgain = true
    reading ??= readAll()
    return reading
  }

  async function readAll(): Promise<void> {
    while (isAskedAgain) {
      isAskedAgain = false
      await readOnce()
    }
    reading = undefined // In the same turn: whoever comes now must begin anew.
  }

  async function readOnce(): Promise<void> {
    const beganAt = clock.now()
    const found = await read(at?.id)
    if (found === undefined) {
      isLate = true
      return
    }
    take(found)
    if (at?.id === found.head.id) caughtUpAt = beganAt
    else isAskedAgain = true
  }

  function take({ head, entries }: BusReading): void {
    if (at === undefined) {
      at = head
      if (isLate) listener.onGap('the bus could not be reached at first')
      return
    }
    for (const entry of entries) {
      if (!isNext(entry, at)) return miss(head, isLossAt(entry, at))
      if (!deliver(entry)) return miss(head, false)
      at = entry
    }
    if (entries.length > 0 || (head.id === at.id && head.mark === at.mark)) return
    miss(head, Number(head.id) <= Number(at.id))
  }

  /** `isLoss`: what was heard here is gone, and others may not have heard it. */
  function miss(head: BusHead, isLoss: boolean): void {
    at = head
    listener.onGap(isLoss ? 'Redis has lost messages' : 'messages were gone before they were heard')
    if (isLoss) onLoss()
  }

  /** False for what cannot be read. */
  function deliver(entry: BusEntry): boolean {
    if (entry.node === node) return true
    if (entry.texts === MISSING) {
      listener.onGap('another node could not tell all that it had to')
      return true
    }
    const texts = textsOf(entry)
    for (const text of texts ?? []) listener.onMessage(text, entry.id)
    return texts !== undefined
  }

  return {
    get place() {
      return at?.id
    },
    get caughtUpAt() {
      return caughtUpAt
    },
    wake,
  }
}

function isNext({ id, before }: BusEntry, at: BusHead): boolean {
  return before === at.mark && Number(id) === Number(at.id) + 1
}

/** The number follows and the mark does not: in the place of the last entry there is another one. */
function isLossAt({ id }: BusEntry, at: BusHead): boolean {
  return Number(id) === Number(at.id) + 1
}

function textsOf({ texts }: BusEntry): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(texts)
    const isRight = Array.isArray(value) && value.every(text => typeof text === 'string')
    return isRight ? value : undefined
  } catch {
    return undefined
  }
}
