import { createHmac, timingSafeEqual } from 'node:crypto'

const SIGNED = /^([^]*),"mac":"([\da-f]{64})"\}$/

/**
 * Signs what processes tell each other by Redis, an object of JSON: whoever may write there, but does not know the secret, can then refuse nobody
 * and let nobody in. Without a key nothing is signed, and everything is believed.
 */
export class Signing {
  readonly #key: Buffer | undefined
  /** What is signed for one place means nothing at another. */
  readonly #place: string

  constructor(key: Buffer | undefined, place: string) {
    this.#key = key
    this.#place = place
  }

  get isOn(): boolean {
    return this.#key !== undefined
  }

  /** The signature is the last field: processes that know of none read past it. */
  sign(json: string): string {
    if (this.#key === undefined) return json
    return `${json.slice(0, -1)},"mac":"${this.#macOf(json, this.#key).toString('hex')}"}`
  }

  /** What was signed. Undefined: this was not, or by somebody else. */
  verified(text: string): string | undefined {
    if (this.#key === undefined) return text
    const [, begin, mac = ''] = SIGNED.exec(text) ?? []
    if (begin === undefined) return undefined
    const json = `${begin}}`
    const right = this.#macOf(json, this.#key)
    return timingSafeEqual(Buffer.from(mac, 'hex'), right) ? json : undefined
  }

  #macOf(json: string, key: Buffer): Buffer {
    return createHmac('sha256', key).update(`${this.#place}\n`).update(json).digest()
  }
}
