import { randomFillSync } from 'node:crypto'

/** Fills the bytes with what nobody can guess. */
export type RandomBytes = (bytes: Uint8Array) => void

export const systemRandomBytes: RandomBytes = bytes => void randomFillSync(bytes)

/** How much is asked for at a time: asking costs more than the bytes. */
const IDS_AT_ONCE = 128
const BYTES = 16

/**
 * UUIDs of version 7 (RFC 9562, 5.7): 48 bits of time, then random ones. Later ones sort behind earlier ones, so an index
 * on them grows at its end.
 */
export function createEventIds(epochMs: () => number, random: RandomBytes): () => string {
  const pool = Buffer.alloc(IDS_AT_ONCE * BYTES)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      random(pool)
      used = 0
    }
    const id = pool.subarray(used, used + BYTES)
    used += BYTES
    id.writeUIntBE(Math.floor(epochMs()), 0, 6)
    id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x70, 6) // Version 7.
    id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8) // The variant of RFC 9562.
    return textOf(id.toString('hex'))
  }
}

function textOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
