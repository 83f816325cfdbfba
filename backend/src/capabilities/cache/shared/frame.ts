import { crc32 } from 'node:zlib'

/** A value as it lies in the second level, with what has to be known to use it. */
export interface Frame {
  /** When it was loaded, in milliseconds since 1970. */
  readonly storedAt: number
  /** Fresh for so long from then on, in milliseconds. */
  readonly ttlMs: number
  /** For so long after that it may be answered while it is loaded anew. */
  readonly staleWhileRevalidateMs: number
  /** For so long after it was fresh it may be answered when it cannot be loaded. */
  readonly staleIfErrorMs: number
  /** What it was read from; means nothing here. */
  readonly version: string
  /** What else belongs to it: anything that JSON can say. Undefined: nothing. */
  readonly meta: unknown
  readonly body: Buffer
}

// Layout, numbers big-endian:
//   0  4  'STC' and the format's number
//   4  4  CRC-32 (IEEE 802.3, as in zlib) of everything from byte 8 on
//   8  8  storedAt, as a double            16 4  ttlMs
//  20  4  staleWhileRevalidateMs           24 4  staleIfErrorMs
//  28  4  bytes of version                 32 4  bytes of meta
//  36  …  version and meta in UTF-8, then the body up to the end
const FORMAT = 0x53544301
const CHECKED_FROM = 8
const HEADER_BYTES = 36
const UINT32_MAX = 0xffff_ffff

/** Durations are rounded to milliseconds and end at 49 days. */
export function encodeFrame(frame: Frame): Buffer {
  const version = Buffer.from(frame.version)
  const meta = frame.meta === undefined ? EMPTY : Buffer.from(JSON.stringify(frame.meta))
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + version.length + meta.length + frame.body.length)
  bytes.writeUInt32BE(FORMAT, 0)
  bytes.writeDoubleBE(frame.storedAt, 8)
  bytes.writeUInt32BE(duration(frame.ttlMs), 16)
  bytes.writeUInt32BE(duration(frame.staleWhileRevalidateMs), 20)
  bytes.writeUInt32BE(duration(frame.staleIfErrorMs), 24)
  bytes.writeUInt32BE(version.length, 28)
  bytes.writeUInt32BE(meta.length, 32)
  version.copy(bytes, HEADER_BYTES)
  meta.copy(bytes, HEADER_BYTES + version.length)
  frame.body.copy(bytes, HEADER_BYTES + version.length + meta.length)
  bytes.writeUInt32BE(crc32(bytes.subarray(CHECKED_FROM)), 4)
  return bytes
}

/** Undefined for what is none: another format, foreign or damaged bytes. The body shares the memory of `bytes`. */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== FORMAT) return undefined
  if (bytes.readUInt32BE(4) !== crc32(bytes.subarray(CHECKED_FROM))) return undefined
  const metaAt = HEADER_BYTES + bytes.readUInt32BE(28)
  const bodyAt = metaAt + bytes.readUInt32BE(32)
  if (bodyAt > bytes.length) return undefined
  const meta = parsed(bytes.toString('utf8', metaAt, bodyAt))
  if (meta === NONE) return undefined
  return {
    storedAt: bytes.readDoubleBE(8),
    ttlMs: bytes.readUInt32BE(16),
    staleWhileRevalidateMs: bytes.readUInt32BE(20),
    staleIfErrorMs: bytes.readUInt32BE(24),
    version: bytes.toString('utf8', HEADER_BYTES, metaAt),
    meta,
    body: bytes.subarray(bodyAt),
  }
}

const EMPTY = Buffer.alloc(0)
const NONE = Symbol('none')

function duration(ms: number): number {
  return Math.min(UINT32_MAX, Math.max(0, Math.round(ms)))
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return NONE
  }
}
