import { Buffer } from 'node:buffer'
import { assert } from '../../base/index.ts'
import type { Step } from './steps.ts'

const CAPACITY_BYTES = 8_192
const KEPT_BYTES_MAX = 65_536
const SPARE_BYTES = 16 // More than any fields of fixed size between two texts or values.
const VALUES_MAX = 65_535
const NAME_LENGTH_MAX = 63 // PostgreSQL cuts longer names off, and two of them could then be one.
const SHORT = 12 // Below this, writing byte by byte beats the call into native code.

const CODE = Object.freeze({ bind: 66, close: 67, execute: 69, parse: 80, sync: 83 })
const STATEMENT = 83

/**
 * The outgoing messages of one batch in one buffer, which every batch of the connection reuses: when the answer to
 * the last one is complete, its bytes have left. PostgreSQL: "Frontend/Backend Protocol", message formats.
 */
export class MessageWriter {
  #buffer = Buffer.allocUnsafeSlow(CAPACITY_BYTES)
  #length = 0

  clear(): void {
    this.#length = 0
    if (this.#buffer.length > KEPT_BYTES_MAX) this.#buffer = Buffer.allocUnsafeSlow(CAPACITY_BYTES)
  }

  /** What was written since `clear`. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Prepare `text` under `name`; PostgreSQL finds the types of the parameters. */
  parse(name: string, text: string): void {
    assert(name.length <= NAME_LENGTH_MAX, `statement name '${name}' is too long`)
    const start = this.#begin(CODE.parse)
    this.#name(name)
    this.#name(text)
    this.#int16(0)
    this.#end(start)
  }

  /** Run a prepared statement with these values: all as text, results as text, all rows, no description. */
  run(name: string, values: Step['values']): void {
    const count = values.length
    assert(count <= VALUES_MAX, `${count} values are more than the protocol allows`)
    const start = this.#begin(CODE.bind)
    this.#byte(0) // The unnamed portal.
    this.#name(name)
    this.#int16(0) // Values as text.
    this.#int16(count)
    for (let index = 0; index < count; index++) this.#value(values[index] as string | null)
    this.#int16(0) // Results as text.
    this.#end(start)
    const execute = this.#begin(CODE.execute)
    this.#byte(0)
    this.#int32(0)
    this.#end(execute)
  }

  /** Forget a prepared statement. */
  close(name: string): void {
    const start = this.#begin(CODE.close)
    this.#byte(STATEMENT)
    this.#name(name)
    this.#end(start)
  }

  /** End of the batch: commit, or roll back after an error, and say so. */
  sync(): void {
    this.#end(this.#begin(CODE.sync))
  }

  #begin(code: number): number {
    this.#reserve(0)
    this.#byte(code)
    const start = this.#length
    this.#length += 4
    return start
  }

  #end(start: number): void {
    this.#int32At(start, this.#length - start)
  }

  #value(value: string | null): void {
    if (value === null) {
      this.#reserve(0)
      this.#int32(-1)
      return
    }
    this.#reserve(3 * value.length)
    const start = this.#length
    this.#length += 4
    const size = this.#text(value)
    this.#int32At(start, size)
  }

  #name(name: string): void {
    assert(!name.includes('\0'), 'a statement holds no NUL character')
    this.#reserve(3 * name.length)
    this.#text(name)
    this.#byte(0)
  }

  /** UTF-8 takes three bytes for a UTF-16 unit at most, and the caller has reserved them. */
  #text(text: string): number {
    const buffer = this.#buffer
    const start = this.#length
    const length = text.length
    if (length > SHORT) return this.#advance(buffer.write(text, start, 'utf8'))
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 127) return this.#advance(buffer.write(text, start, 'utf8'))
      buffer[start + index] = unit
    }
    return this.#advance(length)
  }

  #advance(size: number): number {
    this.#length += size
    return size
  }

  #byte(value: number): void {
    this.#buffer[this.#length++] = value
  }

  #int16(value: number): void {
    this.#byte(value >>> 8)
    this.#byte(value)
  }

  #int32(value: number): void {
    this.#int32At(this.#length, value)
    this.#length += 4
  }

  #int32At(offset: number, value: number): void {
    const buffer = this.#buffer
    buffer[offset] = value >>> 24
    buffer[offset + 1] = value >>> 16
    buffer[offset + 2] = value >>> 8
    buffer[offset + 3] = value
  }

  /** Room for so many bytes more, and for the few of fixed size around them. */
  #reserve(size: number): void {
    const needed = this.#length + size + SPARE_BYTES
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
