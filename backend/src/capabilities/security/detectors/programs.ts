import type { Key } from '../hash.ts'
import { KeyTable } from '../tables/key-table.ts'

const DAY_MS = 86_400_000
const DAY_MINUTES = 1_440
const FORGOTTEN_MS = 30 * DAY_MS
/** Programs that are remembered of one user. */
const REMEMBERED = 6
/** Since when this one is known, in minutes, how many programs there were, and their fingerprints: 0 is none. */
const RECORD = 2 + REMEMBERED
const SINCE = 0
const COUNT = 1
const PROGRAMS = 2

/** Which programs users come with: a browser, an application, a script. */
export class Programs {
  readonly #keys: KeyTable
  readonly #records: Int32Array

  constructor(places: number) {
    this.#keys = new KeyTable(places, FORGOTTEN_MS)
    this.#records = new Int32Array(this.#keys.places * RECORD)
  }

  get bytes(): number {
    return this.#keys.bytes + this.#records.byteLength
  }

  /** True once for each program that a user comes with who has been there for a day without it. */
  isNew(user: Key, program: number, nowMs: number): boolean {
    const records = this.#records
    const minute = Math.floor(nowMs / 60_000)
    const place = this.#keys.claim(user, nowMs)
    const record = place * RECORD
    if (this.#keys.isNew) {
      records.fill(0, record, record + RECORD)
      records[record + SINCE] = minute
    }
    const first = record + PROGRAMS
    for (let at = first; at < first + REMEMBERED; at++) if (records[at] === program) return false
    const count = records[record + COUNT] ?? 0
    records[first + (count % REMEMBERED)] = program
    records[record + COUNT] = count + 1
    const minutes = minute - (records[record + SINCE] ?? minute)
    this.#keys.weigh(place, Math.floor(minutes / DAY_MINUTES)) // A flood of new users pushes out no old ones.
    return minutes >= DAY_MINUTES
  }
}
