import { Buffer } from 'node:buffer'
import { AnswerTooLargeError } from './errors.ts'

const HEADER_BYTES = 5

/**
 * Takes one message: its code, and its body as the part of `bytes` from `start` to `end`. The bytes are valid during
 * the call only: the next read from the socket overwrites them.
 */
export type OnMessage = (code: number, bytes: Buffer, start: number, end: number) => void

/**
 * Cuts what the socket delivers into messages; one that arrives in pieces is kept until it is whole. Throws
 * `AnswerTooLargeError` for one of more than `bytesMax` bytes before keeping it, and an `Error` for what is no message; there is
 * no reading on after that.
 */
export class MessageReader {
  readonly #bytesMax: number
  readonly #onMessage: OnMessage
  #pieces: Buffer[] = []
  #held = 0
  #needed = 0

  constructor(bytesMax: number, onMessage: OnMessage) {
    this.#bytesMax = bytesMax
    this.#onMessage = onMessage
  }

  read(chunk: Buffer): void {
    if (this.#held === 0) {
      this.#cut(chunk)
      return
    }
    this.#hold(chunk)
    if (this.#held >= this.#needed) this.#cut(this.#joined())
  }

  #cut(bytes: Buffer): void {
    const end = bytes.length
    let offset = 0
    while (offset + HEADER_BYTES <= end) {
      const next = offset + 1 + int32(bytes, offset + 1)
      if (next < offset + HEADER_BYTES) throw new Error('A message is shorter than its own length')
      if (next > end) break
      this.#onMessage(bytes[offset] as number, bytes, offset + HEADER_BYTES, next)
      offset = next
    }
    if (offset < end) this.#hold(bytes.subarray(offset))
  }

  /** The socket's buffer is reused, so what stays is copied. */
  #hold(piece: Buffer): void {
    this.#pieces.push(Buffer.from(piece))
    this.#held += piece.length
    if (this.#needed <= HEADER_BYTES) this.#needed = this.#neededBytes()
  }

  /** Length of the first message, as far as it is known. */
  #neededBytes(): number {
    if (this.#held < HEADER_BYTES) return HEADER_BYTES
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)]
    const needed = 1 + int32(this.#pieces[0] as Buffer, 1)
    if (needed > this.#bytesMax) throw new AnswerTooLargeError(needed, this.#bytesMax)
    return needed
  }

  #joined(): Buffer {
    const bytes = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#held = 0
    this.#needed = 0
    return bytes as Buffer
  }
}

export function int32(bytes: Buffer, offset: number): number {
  return (
    ((bytes[offset] as number) << 24) |
    ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) |
    (bytes[offset + 3] as number)
  )
}

/** The columns of a DataRow, as text. */
export function readRow(bytes: Buffer, start: number): (string | null)[] {
  const count = ((bytes[start] as number) << 8) | (bytes[start + 1] as number)
  const row = new Array<string | null>(count)
  let offset = start + 2
  for (let index = 0; index < count; index++) {
    const size = int32(bytes, offset)
    offset += 4
    if (size < 0) {
      row[index] = null
    } else {
      row[index] = bytes.toString('utf8', offset, offset + size)
      offset += size
    }
  }
  return row
}

/** The fields of an ErrorResponse by their one-letter codes. */
export function readFields(bytes: Buffer, start: number, end: number): Map<string, string> {
  const fields = new Map<string, string>()
  let offset = start
  while (offset < end && bytes[offset] !== 0) {
    const stop = bytes.indexOf(0, offset + 1)
    fields.set(
      String.fromCharCode(bytes[offset] as number),
      bytes.toString('utf8', offset + 1, stop),
    )
    offset = stop + 1
  }
  return fields
}
