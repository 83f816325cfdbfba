import { type Buffer } from 'node:buffer'
import { LogFormatError } from './errors.ts'

/** Reads one message from its start to its end. Whatever the bytes are, it throws nothing but ST638. */
export class ByteReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes
    this.#at = start
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1))
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2))
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8))
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8))
  }

  /** Text of so many bytes. */
  text(size: number): string {
    const start = this.#take(size)
    return this.#bytes.toString('utf8', start, start + size)
  }

  /** Text up to a zero byte. */
  name(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end === -1) throw new LogFormatError('a name does not end')
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  end(): void {
    if (this.remaining > 0) throw new LogFormatError(`${this.remaining} bytes too many`)
  }

  #take(size: number): number {
    if (size > this.remaining) throw new LogFormatError('it ends too early')
    const start = this.#at
    this.#at += size
    return start
  }
}
