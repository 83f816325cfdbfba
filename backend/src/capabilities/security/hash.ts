/** 64 bits as two whole numbers that V8 keeps without a heap number. Written again and again, never made on the hot path. */
export class Key {
  a = 0
  b = 0

  readonly #seedA: number
  readonly #seedB: number

  constructor(seedA: number, seedB: number) {
    this.#seedA = seedA
    this.#seedB = seedB
  }

  /** Two multiplicative hashes in one pass. With seeds that nobody knows, nobody can make keys collide on purpose. */
  ofText(text: string): this {
    let a = this.#seedA
    let b = this.#seedB
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      a = Math.imul(a ^ code, 0x9e3779b1)
      b = Math.imul(b ^ code, 0x5f356495)
    }
    this.a = spread(a ^ (b >>> 15))
    this.b = spread(b ^ (a >>> 13))
    return this
  }

  /** Of a number of up to 53 bits. */
  ofNumber(value: number): this {
    this.a = spread(this.#seedA ^ value)
    this.b = spread(this.#seedB ^ Math.floor(value / 0x1_0000_0000) ^ Math.imul(this.a, 0x5f356495))
    return this
  }

  /** Of two keys in this order. */
  ofBoth(first: Key, second: Key): this {
    this.a = mixed(first.a, second.b)
    this.b = mixed(first.b, second.a)
    return this
  }

  /** The same for another purpose. */
  ofPurpose(key: Key, purpose: number): this {
    this.a = mixed(key.a, purpose)
    this.b = mixed(key.b, Math.imul(purpose, 0x9e3779b1))
    return this
  }

  /** For a key in Redis. */
  toString(): string {
    return (this.a >>> 0).toString(36) + (this.b >>> 0).toString(36).padStart(7, '0')
  }
}

export function mixed(value: number, other: number): number {
  return spread(Math.imul(value ^ (value >>> 16), 0x85ebca6b) ^ Math.imul(other, 0x27d4eb2f))
}

function spread(value: number): number {
  let mix = Math.imul(value ^ (value >>> 16), 0x7feb352d)
  mix = Math.imul(mix ^ (mix >>> 15), 0x846ca68b)
  return (mix ^ (mix >>> 16)) | 0
}
