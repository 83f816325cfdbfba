import type { Key } from '../hash.ts'

const WAYS = 4

/** Which keys were there lately. In a fixed number of places: of four, the one that is over first gives way. */
export class Seen {
  readonly #a: Int32Array
  readonly #b: Int32Array
  /** In seconds, and one more: 0 is a free place. */
  readonly #until: Uint32Array
  readonly #setMask: number

  constructor(wanted: number) {
    const places = 2 ** Math.max(6, Math.floor(Math.log2(wanted)))
    this.#a = new Int32Array(places)
    this.#b = new Int32Array(places)
    this.#until = new Uint32Array(places)
    this.#setMask = places / WAYS - 1
  }

  get bytes(): number {
    return this.#a.byteLength + this.#b.byteLength + this.#until.byteLength
  }

  has(key: Key, nowMs: number): boolean {
    const now = Math.floor(nowMs / 1_000) + 1
    const first = (key.a & this.#setMask) * WAYS
    for (let place = first; place < first + WAYS; place++) {
      const isSame = this.#a[place] === key.a && this.#b[place] === key.b
      if (isSame && (this.#until[place] ?? 0) > now) return true
    }
    return false
  }

  /** True the first time, and again when `forMs` have passed since then. Being seen again meanwhile does not count. */
  isFirst(key: Key, nowMs: number, forMs: number): boolean {
    const now = Math.floor(nowMs / 1_000) + 1
    const first = (key.a & this.#setMask) * WAYS
    let least = first
    for (let place = first; place < first + WAYS; place++) {
      const until = this.#until[place] ?? 0
      const isLive = until > now
      if (isLive && this.#a[place] === key.a && this.#b[place] === key.b) return false
      if (until < (this.#until[least] ?? 0)) least = place
    }
    this.#a[least] = key.a
    this.#b[least] = key.b
    this.#until[least] = now + Math.ceil(forMs / 1_000)
    return true
  }
}
