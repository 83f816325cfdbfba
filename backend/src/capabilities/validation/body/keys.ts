import { sliceOf } from './slice.ts'

const BACKSLASH = 0x5c
const ROOM_AT_FIRST = 256
/** Up to so many keys, comparing each with each is cheaper than a table. */
const FEW = 12

/**
 * The keys of the objects that are open, in one list that shrinks when an object ends. Nothing is made for a key: its place
 * in the text and a sign of it are kept.
 */
export class Keys {
  /** Where the second of two equal keys stands, after `areDistinct` said no. */
  repeatedAt = 0
  count = 0
  private bytes: Uint8Array = new Uint8Array(0)
  private starts = new Int32Array(ROOM_AT_FIRST)
  private ends = new Int32Array(ROOM_AT_FIRST)
  private signs = new Int32Array(ROOM_AT_FIRST)
  private slots = new Int32Array(0)
  private stamps = new Int32Array(0)
  private stamp = 0
  private readonly seed: number

  /** Nobody who does not know the seed can make many keys of one hash. */
  constructor(seed: number) {
    this.seed = seed | 0
  }

  reset(bytes: Uint8Array): void {
    this.bytes = bytes
    this.count = 0
  }

  /** The key between these quotes. */
  add(start: number, end: number, hasEscapes: boolean): void {
    if (this.count === this.starts.length) this.grow()
    this.starts[this.count] = start
    this.ends[this.count] = end
    const name = hasEscapes ? Buffer.from(this.nameAt(this.count)) : undefined
    this.signs[this.count] =
      name === undefined ? signOf(this.bytes, start + 1, end - 1) : signOf(name, 0, name.length)
    this.count++
  }

  /** Whether a key is this name. */
  isNamed(index: number, name: string): boolean {
    return index >= 0 && this.nameAt(index) === name
  }

  /** Whether the keys from `first` on, those of the object that ends here, are all different. */
  areDistinct(first: number): boolean {
    return this.count - first <= FEW ? this.compareAll(first) : this.compareByTable(first)
  }

  private compareAll(first: number): boolean {
    const { signs, count } = this
    for (let one = first + 1; one < count; one++) {
      for (let other = first; other < one; other++) {
        if (signs[one] === signs[other] && this.isRepeated(one, other)) return false
      }
    }
    return true
  }

  private compareByTable(first: number): boolean {
    const { signs, count } = this
    const mask = this.clearTable((count - first) * 2) - 1
    for (let index = first; index < count; index++) {
      const hash = this.hashAt(index)
      signs[index] = hash // The object ends here: nobody else looks at it.
      let slot = hash & mask
      for (; this.stamps[slot] === this.stamp; slot = (slot + 1) & mask) {
        const other = this.slots[slot] ?? 0
        if (hash === signs[other] && this.isRepeated(index, other)) return false
      }
      this.stamps[slot] = this.stamp
      this.slots[slot] = index
    }
    return true
  }

  /** An empty table of at least this size: what older stamps left counts as nothing. */
  private clearTable(sizeMin: number): number {
    let size = 64
    while (size < sizeMin) size *= 2
    if (size > this.slots.length) {
      this.slots = new Int32Array(size)
      this.stamps = new Int32Array(size)
      this.stamp = 0
    }
    this.stamp++
    return size
  }

  private isRepeated(one: number, other: number): boolean {
    if (!this.isSameSource(one, other) && !this.isSameName(one, other)) return false
    this.repeatedAt = this.starts[one] ?? 0
    return true
  }

  private isSameSource(one: number, other: number): boolean {
    const { bytes, starts, ends } = this
    const start = starts[one] ?? 0
    const length = (ends[one] ?? 0) - start
    const otherStart = starts[other] ?? 0
    if ((ends[other] ?? 0) - otherStart !== length) return false
    for (let at = 1; at < length; at++) {
      if (bytes[start + at] !== bytes[otherStart + at]) return false
    }
    return true
  }

  /** Different in writing, they can be the same with escapes only. */
  private isSameName(one: number, other: number): boolean {
    return (
      (this.hasEscapes(one) || this.hasEscapes(other)) && this.nameAt(one) === this.nameAt(other)
    )
  }

  private hasEscapes(index: number): boolean {
    const end = this.ends[index] ?? 0
    for (let at = this.starts[index] ?? 0; at < end; at++)
      if (this.bytes[at] === BACKSLASH) return true
    return false
  }

  private hashAt(index: number): number {
    const { bytes, seed } = this
    const [start = 0, end = 0] = [this.starts[index], this.ends[index]]
    if (!this.hasEscapes(index)) return hashOf(bytes, start + 1, end - 1, seed)
    const name = Buffer.from(this.nameAt(index))
    return hashOf(name, 0, name.length, seed)
  }

  private nameAt(index: number): string {
    return JSON.parse(sliceOf(this.bytes, this.starts[index] ?? 0, this.ends[index] ?? 0)) as string
  }

  private grow(): void {
    this.starts = doubled(this.starts)
    this.ends = doubled(this.ends)
    this.signs = doubled(this.signs)
  }
}

function doubled(list: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(list.length * 2)
  larger.set(list)
  return larger
}

/** Enough to tell a few keys apart without reading them. */
function signOf(bytes: Uint8Array, start: number, end: number): number {
  const [first = 0, middle = 0, last = 0] = [
    bytes[start],
    bytes[(start + end) >> 1],
    bytes[end - 1],
  ]
  return ((end - start) << 24) ^ (first << 16) ^ (middle << 8) ^ last
}

function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
    hash ^= hash >>> 15
  }
  return hash
}
