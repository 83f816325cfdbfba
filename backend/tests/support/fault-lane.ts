import type { Socket } from 'node:net'

/** How the bytes of one direction fare at the moment. */
export interface LaneFaults {
  isFrozen: boolean
  /** How much later each piece arrives, asked once for each. */
  delayMs(): number
  bytesPerSecond: number
}

/** One direction of a connection: what comes out of one socket goes into another, when the faults let it. */
export interface Lane {
  /** The faults have changed. */
  wake(): void
}

/** What was sent, the end of it, or the news that the connection broke. */
type Piece = { readonly dueAt: number } & (
  | { readonly kind: 'bytes'; bytes: Buffer }
  | { readonly kind: 'end' | 'reset' }
)
/** Held at most before the sender has to wait: what the buffers of a network would take. */
const HELD_BYTES_MAX = 1_048_576
/** With a bandwidth, so many portions each second. */
const PORTIONS_PER_SECOND = 100

export function createLane(
  from: Socket,
  to: Socket,
  faults: LaneFaults,
  onBytes: (bytes: number) => void,
): Lane {
  const pieces: Piece[] = []
  let heldBytes = 0
  let lastDueAt = 0
  let freeAt = 0
  let timer: NodeJS.Timeout | undefined

  /** Jitter never lets one piece overtake another. */
  function due(): number {
    lastDueAt = Math.max(lastDueAt, performance.now() + faults.delayMs())
    return lastDueAt
  }

  function take(piece: Piece): void {
    pieces.push(piece)
    if (piece.kind === 'bytes') heldBytes += piece.bytes.length
    if (heldBytes > HELD_BYTES_MAX) from.pause()
    pump()
  }

  function pump(): void {
    clearTimeout(timer)
    for (let piece = pieces[0]; piece !== undefined && !faults.isFrozen; piece = pieces[0]) {
      const waitMs = Math.max(piece.dueAt, freeAt) - performance.now()
      if (waitMs > 0) {
        timer = setTimeout(pump, waitMs)
        return
      }
      if (piece.kind === 'bytes') pass(piece)
      else close(piece.kind)
    }
  }

  function pass(piece: Piece & { kind: 'bytes' }): void {
    const portion = Math.ceil(faults.bytesPerSecond / PORTIONS_PER_SECOND)
    const bytes = piece.bytes.subarray(0, portion)
    piece.bytes = piece.bytes.subarray(bytes.length)
    if (piece.bytes.length === 0) pieces.shift()
    freeAt = performance.now() + (bytes.length / faults.bytesPerSecond) * 1_000
    heldBytes -= bytes.length
    if (heldBytes <= HELD_BYTES_MAX) from.resume()
    onBytes(bytes.length)
    if (!to.destroyed) to.write(bytes)
  }

  function close(kind: 'end' | 'reset'): void {
    pieces.shift()
    if (kind === 'end') to.end()
    else to.resetAndDestroy()
  }

  from.on('data', (bytes: Buffer) => take({ kind: 'bytes', bytes, dueAt: due() }))
  from.on('end', () => take({ kind: 'end', dueAt: due() }))
  from.on('error', () => take({ kind: 'reset', dueAt: due() }))
  to.on('close', () => clearTimeout(timer))
  return { wake: pump }
}
