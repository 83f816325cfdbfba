import type { Found } from './entry.ts'
import { decodeFrame, encodeFrame } from './shared/frame.ts'
import type { Codec, Dependency } from './types.ts'

/** An entry as it is written down for other processes. */
export interface Card<T, Version> extends Omit<Found<T, Version, never>, 'dependencies'> {
  readonly dependencies: readonly Written[]
  readonly bornAtEpochMs: number
  readonly freshForMs: number
}

/** What is written of an entry. */
export interface Writable<T, Version> extends Found<T, Version, never> {
  readonly bornAt: number
  readonly freshUntil: number
  readonly staleUntil: number
}

/** Names are short because they are in Redis a thousand times. */
interface Meta {
  readonly node: string
  readonly heard: number
  readonly place?: string | undefined
  readonly at: number
  /** Has a version. */
  readonly v: boolean
  readonly none: boolean
  readonly loadMs: number
  readonly on: readonly Written[]
}

/** A dependency without its test, which is code: whatever has the index then concerns it, or all of the tag. */
interface Written {
  readonly tag: string
  readonly keys?: readonly string[]
  readonly index?: { readonly field: string; readonly value: string }
}

export function encodeCard<T, Version>(
  entry: Writable<T, Version>,
  bornAtEpochMs: number,
  codec: Codec<T, Version>,
): Buffer {
  const { node, heard, place, atEpochMs, version } = entry.origin
  const on = entry.dependencies.map(written)
  const { isNegative: none, loadMs } = entry
  const meta: Meta = {
    node,
    heard,
    place,
    at: atEpochMs,
    v: version !== undefined,
    none,
    loadMs,
    on,
  }
  const staleMs = entry.staleUntil - entry.freshUntil
  return encodeFrame({
    storedAt: bornAtEpochMs,
    ttlMs: entry.freshUntil - entry.bornAt,
    staleWhileRevalidateMs: staleMs,
    staleIfErrorMs: staleMs,
    version: version === undefined ? '' : codec.encodeVersion(version),
    meta,
    body: codec.encode(entry.value),
  })
}

/** Undefined: these bytes are no entry. Throws what the codec throws. */
export function decodeCard<T, Version>(
  bytes: Buffer,
  codec: Codec<T, Version>,
): Card<T, Version> | undefined {
  const frame = decodeFrame(bytes)
  if (frame === undefined || !isMeta(frame.meta)) return undefined
  const { node, heard, place, at, v, none, loadMs, on } = frame.meta
  const version = v ? codec.decodeVersion(frame.version) : undefined
  return {
    value: codec.decode(frame.body),
    origin: { node, heard, place, atEpochMs: at, version },
    dependencies: on,
    isNegative: none,
    bytes: frame.body.length,
    loadMs,
    bornAtEpochMs: frame.storedAt,
    freshForMs: frame.ttlMs,
  }
}

function written({ tag, keys, index }: Dependency<never>): Written {
  if (keys !== undefined) return { tag, keys }
  return index === undefined ? { tag } : { tag, index }
}

/** Our own format, but perhaps of another release. */
function isMeta(value: unknown): value is Meta {
  if (typeof value !== 'object' || value === null) return false
  const { node, heard, at, loadMs, on } = value as Partial<Record<keyof Meta, unknown>>
  const areNumbers = [heard, at, loadMs].every(number => typeof number === 'number')
  return typeof node === 'string' && areNumbers && Array.isArray(on)
}
