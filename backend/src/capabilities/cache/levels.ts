import type { Clock } from '../../base/index.ts'
import { Entry, lifeOf } from './entry.ts'
import type { FirstLevel } from './first-level.ts'
import type { Knowledge } from './knowledge.ts'
import type { Loaded } from './loader.ts'
import type { Order } from './order.ts'
import type { Origin } from './origin.ts'
import type { Terms } from './policy.ts'
import type { SecondLevel } from './second-level.ts'
import type { Tally } from './tally.ts'

export interface LevelsParts<T, Version, Stamp, Data> {
  readonly first: FirstLevel<T, Version, Data>
  readonly second: SecondLevel<T, Version, Data> | undefined
  readonly knowledge: Knowledge<Version, Stamp, Data>
  readonly clock: Clock
  readonly random: () => number
  readonly tally: Tally
}

/** Both levels for those who bring values: nothing that has changed meanwhile is kept in either, or taken for new. */
export class Levels<T, Version, Stamp, Data> {
  readonly #parts: LevelsParts<T, Version, Stamp, Data>
  #isClosed = false

  constructor(parts: LevelsParts<T, Version, Stamp, Data>) {
    this.#parts = parts
  }

  get isShared(): boolean {
    return this.#parts.second !== undefined
  }

  /** What the second level has, taken for old if it is. */
  async read(
    order: Pick<Order<T, Version, Data>, 'key' | 'terms' | 'dependencies'>,
  ): Promise<Entry<T, Version, Data> | 'unavailable' | undefined> {
    const { second, knowledge, clock, tally } = this.#parts
    const entry = await second?.read(order.key, order.terms, order.dependencies)
    if (entry === undefined || entry === 'unavailable') return entry
    const old = knowledge.madeOld(order.key, entry.dependencies, entry.origin)
    if (old !== undefined) {
      tally.oldInL2[old]++
      entry.change(clock.now())
    }
    return entry
  }

  /** Keeps above what was found below. */
  lift(key: string, entry: Entry<T, Version, Data>): void {
    if (!this.#isClosed) this.#parts.first.keep(key, entry)
  }

  /** Keeps what was not loaded here, if nothing makes it old. */
  async put(key: string, loaded: Loaded<T, Version, Data>, terms: Terms): Promise<void> {
    const { knowledge, clock } = this.#parts
    const entry = this.entryOf(loaded, knowledge.origin(), clock.now(), terms)
    const old = knowledge.madeOld(key, entry.dependencies, entry.origin)
    if (old === undefined) await this.#keep(key, entry)
  }

  /** What is got from now on, by whomever, is got from here. */
  origin(): Origin<Version> {
    return this.#parts.knowledge.origin()
  }

  /** Keeps in memory what was not loaded here, if nothing makes it old and nothing is kept that may be newer. */
  add(
    key: string,
    loaded: Loaded<T, Version, Data>,
    terms: Terms,
    origin: Origin<Version>,
  ): boolean {
    const { first, knowledge, clock } = this.#parts
    const entry = this.entryOf(loaded, origin, clock.now(), terms)
    const isOver = entry.value === undefined || entry.freshUntil <= clock.now()
    if (this.#isClosed || isOver || first.has(key)) return false
    if (knowledge.madeOld(key, entry.dependencies, entry.origin) !== undefined) return false
    first.keep(key, entry)
    return entry.isKept
  }

  /**
   * Keeps what was loaded if nothing has made it old meanwhile; who waits for it gets it in any case. `written`: the second level
   * has it, or will not.
   */
  fill(
    { key, isPrivate }: Order<T, Version, Data>,
    entry: Entry<T, Version, Data>,
    fence: number | undefined,
  ): { readonly isCurrent: boolean; readonly written: Promise<void> } {
    const { knowledge, tally } = this.#parts
    const old = knowledge.madeOld(key, entry.dependencies, entry.origin)
    if (old !== undefined) tally.droppedFills[old]++
    const isKept = old === undefined && !isPrivate
    return { isCurrent: old === undefined, written: isKept ? this.#keep(key, entry, fence) : DONE }
  }

  entryOf(
    loaded: Loaded<T, Version, Data>,
    origin: Origin<Version>,
    startedAt: number,
    terms: Terms,
  ): Entry<T, Version, Data> {
    const { clock, random } = this.#parts
    const { value, version, isNegative = false } = loaded
    const now = clock.now()
    const ttlMs = loaded.ttlMs ?? (isNegative ? terms.negativeTtlMs : terms.ttlMs)
    const loadMs = now - startedAt
    const found = {
      value,
      origin: version === undefined ? origin : { ...origin, version },
      dependencies: loaded.dependencies ?? [],
      isNegative,
      bytes: loaded.bytes ?? bytesOf(value),
      loadMs,
    }
    return new Entry(found, lifeOf(now, ttlMs, loadMs, terms, random()))
  }

  /** Nothing is kept any more. */
  close(): void {
    this.#isClosed = true
  }

  /** In both levels. Resolves when it is in the second. */
  async #keep(key: string, entry: Entry<T, Version, Data>, fence?: number): Promise<void> {
    const { first, second, clock } = this.#parts
    const isOver = entry.value === undefined || entry.freshUntil <= clock.now()
    if (this.#isClosed || isOver) return
    first.keep(key, entry)
    await second?.write(key, entry, fence)
  }
}

const DONE = Promise.resolve()

/** What a value of unknown shape may take. */
const BYTES_GUESSED = 256

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length * 2
  return value instanceof Uint8Array ? value.byteLength : BYTES_GUESSED
}
