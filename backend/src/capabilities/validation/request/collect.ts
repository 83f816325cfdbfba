import type { Readable } from 'node:stream'

/** More came than may, or not as much as was said, or the connection broke. */
export type CollectFault = 'size' | 'length' | Error

/** Set by who decodes a stream on the way: how much came before that. */
interface Decoded {
  readonly receivedEncodedLength?: number
}

/**
 * All bytes of a body, or why there are none; once. `lengthSaid`: what its Content-Length said, NaN without one. What comes in one
 * piece is that piece itself, not a copy of it.
 */
export function collect(
  payload: Readable & Decoded,
  bytesMax: number,
  lengthSaid: number,
  done: (came: Buffer | CollectFault) => void,
): void {
  if (lengthSaid > bytesMax) return done('size')
  let first: Buffer | undefined
  let others: Buffer[] | undefined
  let length = 0
  let isDone = false

  payload.on('data', (piece: Buffer | string) => {
    if (isDone) return
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    length += bytes.length
    if (Math.max(length, payload.receivedEncodedLength ?? 0) > bytesMax) return end('size')
    if (first === undefined) first = bytes
    else (others ??= []).push(bytes)
  })
  payload.on('end', end)
  payload.on('error', (error: Error & { statusCode?: number }) => {
    if (!((error.statusCode ?? 0) >= 400)) error.statusCode = 400
    end(error)
  })
  payload.resume()

  function end(fault?: CollectFault): void {
    if (isDone) return
    isDone = true
    const came = payload.receivedEncodedLength ?? length
    const isCut = came !== lengthSaid && !Number.isNaN(lengthSaid)
    done(fault ?? (isCut ? 'length' : whole(first, others, length)))
  }
}

function whole(first: Buffer | undefined, others: Buffer[] | undefined, length: number): Buffer {
  if (first === undefined) return Buffer.alloc(0)
  return others === undefined ? first : Buffer.concat([first, ...others], length)
}
