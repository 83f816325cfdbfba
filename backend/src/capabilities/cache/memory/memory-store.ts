import { type Clock, option, systemClock } from '../../../base/index.ts'
import type { CurvePoint, Departure, Kept, MemoryStats, MemoryStore } from '../types.ts'
import { Slot } from './fifo.ts'
import { hashOf } from './hash.ts'
import { MEMORY_CHECKS, MEMORY_DEFAULTS, type MemoryOptions, type MemoryRules } from './options.ts'
import { KNOWN_FROM_USES, ReuseDistances } from './reuse-distances.ts'
import { roomFor } from './room.ts'
import { S3Fifo, USES_MAX } from './s3-fifo.ts'

export interface MemoryStoreSetup extends MemoryOptions {
  /** Default: the machine's. */
  readonly clock?: Clock
}

type Listener<Entry> = (key: string, entry: Entry, why: Departure) => void

/** Entries that each new one is followed by, to see whether their time is over. */
const SWEPT = 2
/** When the room has become smaller, no more than so many leave for each new one. */
const LEAVING_MAX = 8
const CURVE_SIZES = [1, 2, 5].flatMap(first => [100, 1_000, 10_000, 100_000].map(by => first * by))

/**
 * Keeps entries in memory, within bounds of entries and bytes. A hit looks into a map and counts; it moves and allocates nothing.
 * What leaves is chosen by S3-FIFO; how many may stay follows from what more of them would bring. Throws ST001 for wrong options.
 */
export function createMemoryStore<Entry extends Kept>(
  setup: MemoryStoreSetup = {},
): MemoryStore<Entry> {
  const { clock = systemClock, ...options } = setup
  const rules = option.settled('cache.memory', options, MEMORY_CHECKS, MEMORY_DEFAULTS)
  return new BoundedStore(
    { ...rules, entriesMax: Math.max(rules.entriesMin, rules.entriesMax) },
    clock,
  )
}

class BoundedStore<Entry extends Kept> implements MemoryStore<Entry> {
  readonly #rules: MemoryRules
  readonly #clock: Clock
  readonly #slots = new Map<string, Slot<Entry>>()
  readonly #distances = new ReuseDistances()
  #policy: S3Fifo<Entry>
  #room: number
  #bytes = 0
  #evictions = 0
  #expirations = 0
  #reviewAfter: number
  #sweep: Iterator<Slot<Entry>> = this.#slots.values()
  #listener: Listener<Entry> = () => undefined

  constructor(rules: MemoryRules, clock: Clock) {
    this.#rules = rules
    this.#clock = clock
    this.#room = rules.entriesMin
    this.#policy = new S3Fifo(this.#room)
    this.#reviewAfter = reviewEvery(this.#room)
  }

  get(key: string): Entry | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined) {
      this.#distances.use(hashOf(key), false)
      return undefined
    }
    if (slot.uses < USES_MAX) slot.uses++
    this.#distances.use(slot.hash, true)
    return slot.entry
  }

  peek(key: string): Entry | undefined {
    return this.#slots.get(key)?.entry
  }

  set(key: string, entry: Entry): boolean {
    const before = this.#slots.get(key)
    const queue = before?.queue
    if (before !== undefined) this.#remove(before)
    if (!(entry.bytes >= 0 && entry.bytes <= this.#rules.bytesMax)) return false
    this.#makeRoom(entry.bytes)
    const slot = before ?? new Slot(key, hashOf(key), entry)
    slot.entry = entry
    slot.bytes = entry.bytes
    if (queue === undefined) this.#policy.add(slot)
    else queue.push(slot)
    this.#slots.set(key, slot)
    this.#bytes += entry.bytes
    return true
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined) return false
    this.#policy.remember(slot)
    this.#remove(slot)
    this.#distances.forget(slot.hash)
    return true
  }

  clear(): void {
    this.#slots.clear()
    this.#policy = new S3Fifo(this.#room)
    this.#distances.forgetAll()
    this.#bytes = 0
  }

  onDeparture(listener: Listener<Entry>): void {
    this.#listener = listener
  }

  stats(): MemoryStats {
    return {
      entries: this.#slots.size,
      bytes: this.#bytes,
      entriesMax: this.#room,
      bytesMax: this.#rules.bytesMax,
      evictions: this.#evictions,
      expirations: this.#expirations,
      curve: this.#curve(),
    }
  }

  #makeRoom(bytes: number): void {
    const now = this.#clock.now()
    for (let n = 0; n < SWEPT; n++) this.#sweepOne(now)
    if (--this.#reviewAfter <= 0) this.#review()
    for (let n = 0; n < LEAVING_MAX && this.#slots.size >= this.#room; n++) this.#evict(now)
    while (this.#bytes + bytes > this.#rules.bytesMax && this.#slots.size > 0) this.#evict(now)
  }

  #evict(now: number): void {
    const slot = this.#policy.evict()
    if (slot !== undefined) this.#depart(slot, slot.entry.staleUntil <= now ? 'expired' : 'evicted')
  }

  /** Goes round through all that is there, whatever comes and goes meanwhile. */
  #sweepOne(now: number): void {
    const next = this.#sweep.next()
    if (next.done === true) this.#sweep = this.#slots.values()
    else if (next.value.entry.staleUntil <= now) this.#depart(next.value, 'expired')
  }

  #depart(slot: Slot<Entry>, why: Departure): void {
    this.#remove(slot)
    if (why === 'evicted') this.#evictions++
    else {
      this.#expirations++
      this.#distances.forget(slot.hash)
    }
    this.#listener(slot.key, slot.entry, why)
  }

  #remove(slot: Slot<Entry>): void {
    this.#policy.remove(slot)
    this.#slots.delete(slot.key)
    this.#bytes -= slot.bytes
  }

  #review(): void {
    const distances = this.#distances
    const hitShare = (entries: number): number => distances.hitShare(entries, this.#room)
    const load = { entries: this.#slots.size, bytes: this.#bytes, hitShare }
    const isKnown = distances.recorded >= KNOWN_FROM_USES
    const room = isKnown ? roomFor(load, this.#room, this.#rules) : this.#room
    if (room !== this.#room) this.#policy.resize(room)
    this.#room = room
    this.#reviewAfter = reviewEvery(room)
  }

  #curve(): readonly CurvePoint[] {
    if (this.#distances.recorded < KNOWN_FROM_USES) return []
    const sizes = [...CURVE_SIZES].sort((one, other) => one - other)
    return sizes.map(entries => ({
      entries,
      hitShare: this.#distances.hitShare(entries, this.#room),
    }))
  }
}

/** In new entries: until most of those that are there could have come since. */
function reviewEvery(room: number): number {
  return Math.max(200, room)
}
