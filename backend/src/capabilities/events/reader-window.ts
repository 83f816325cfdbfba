import { compareCursors } from './cursor.ts'
import type { Cursor, Placed } from './types.ts'

export interface WindowRules {
  readonly eventsMax: number
  readonly bytesMax: number
}

/** The last events that were read, without a hole: everything behind `#start`, up to the last. */
export class EventWindow<Event extends Placed> {
  readonly #rules: WindowRules
  readonly #weights: number[] = []
  #events: Event[] = []
  #start: Cursor | undefined
  #bytes = 0

  constructor(rules: WindowRules) {
    this.#rules = rules
  }

  /** Where it ends; undefined before it has begun. */
  get end(): Cursor | undefined {
    return this.#events.at(-1)?.cursor ?? this.#start
  }

  /** It holds nothing, and everything that comes is behind `start`. */
  begin(start: Cursor): void {
    this.#start = start
    this.#events = []
    this.#weights.length = 0
    this.#bytes = 0
  }

  add(events: readonly Event[]): void {
    for (const event of events) {
      const bytes = bytesOf(event)
      this.#events.push(event)
      this.#weights.push(bytes)
      this.#bytes += bytes
    }
    this.#trim()
  }

  /** What is behind `after`, at most `max`; undefined when it does not reach back that far. */
  read(after: Cursor, max: number): readonly Event[] | undefined {
    if (this.#start === undefined || compareCursors(after, this.#start) < 0) return undefined
    const first = this.#firstBehind(after)
    return this.#events.slice(first, first + max)
  }

  /** The newest stays, however large it is. */
  #trim(): void {
    const { eventsMax, bytesMax } = this.#rules
    let gone = 0
    while (
      gone < this.#events.length - 1 &&
      (this.#events.length - gone > eventsMax || this.#bytes > bytesMax)
    ) {
      this.#bytes -= this.#weights[gone] ?? 0
      gone += 1
    }
    if (gone === 0) return
    this.#start = this.#events[gone - 1]?.cursor
    this.#events.splice(0, gone)
    this.#weights.splice(0, gone)
  }

  #firstBehind(after: Cursor): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const { cursor } = this.#events[middle] as Event
      if (compareCursors(cursor, after) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Roughly: the texts of the event and of its rows, and something for each event itself. */
function bytesOf(event: Placed): number {
  let bytes = 500
  for (const value of Object.values(event) as readonly unknown[]) {
    if (typeof value === 'string') bytes += value.length
    else if (typeof value === 'object' && value !== null) bytes += textsOf(value)
  }
  return bytes
}

function textsOf(row: object): number {
  let bytes = 0
  for (const value of Object.values(row) as readonly unknown[]) {
    bytes += typeof value === 'string' ? value.length : 8
  }
  return bytes
}
