import { Buffer } from 'node:buffer'
import { ByteReader } from './byte-reader.ts'
import { LogFormatError } from './errors.ts'
import type { Lsn } from './lsn.ts'
import { EPOCH_MS } from './pgoutput.ts'

/** What the server sends in a stream. PostgreSQL: "Streaming Replication Protocol". */
export type Frame =
  | { readonly kind: 'data'; readonly end: Lsn; readonly message: Buffer }
  /** All that is before `end` and is for us has been sent. */
  | { readonly kind: 'keepalive'; readonly end: Lsn; readonly wantsReply: boolean }

const DATA_HEADER_BYTES = 25

/** `message` is a part of `bytes`, which the driver uses again. Throws ST638. */
export function parseFrame(bytes: Buffer): Frame {
  const reader = new ByteReader(bytes)
  const code = reader.uint8()
  if (code === 0x77) {
    const [, end] = [reader.uint64(), reader.uint64()]
    reader.uint64()
    return { kind: 'data', end, message: bytes.subarray(DATA_HEADER_BYTES) }
  }
  if (code !== 0x6b) throw new LogFormatError(`no frame begins with ${code}`)
  const end = reader.uint64()
  reader.uint64()
  return { kind: 'keepalive', end, wantsReply: reader.uint8() === 1 }
}

export interface Standing {
  readonly received: Lsn
  /** What need never be sent again; 0 for no change. */
  readonly flushed: Lsn
  readonly wantsReply: boolean
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The "Standby status update" in a CopyData message. */
export function statusUpdate({ received, flushed, wantsReply, at }: Standing): Buffer {
  const bytes = Buffer.alloc(39)
  bytes.writeUInt8(0x64, 0) // CopyData
  bytes.writeUInt32BE(38, 1)
  bytes.writeUInt8(0x72, 5) // r
  bytes.writeBigUInt64BE(received, 6)
  bytes.writeBigUInt64BE(flushed, 14)
  bytes.writeBigUInt64BE(flushed, 22)
  bytes.writeBigInt64BE(BigInt(Math.round((at - EPOCH_MS) * 1_000)), 30)
  bytes.writeUInt8(wantsReply ? 1 : 0, 38)
  return bytes
}
