import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import { BodyEncodingError, DecompressedSizeError, DecompressionError } from '../errors.ts'
import type { DecompressionRules } from './decompression-options.ts'

/** What is short in any case: a ratio says nothing of it. */
const ALWAYS_BYTES = 65_536
const CHUNK_BYTES = 65_536

/** By `Content-Encoding`, in lower case. */
const DECODERS = Object.freeze({
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
})
const rawDeflate = promisify(inflateRaw)
const ACCEPTED = 'gzip, deflate, br'

/**
 * The bytes of a body with this `Content-Encoding`: the body itself where it has none. What would become too large is given up
 * as soon as that shows. Throws ST415 for an encoding that is not known, or for several; ST416 and ST417 as rejections.
 */
export function decompress(
  body: Buffer,
  encoding: string | undefined,
  rules: DecompressionRules,
): Buffer | Promise<Buffer> {
  if (encoding === undefined || encoding === '') return body
  const name = encoding.trim().toLowerCase()
  if (name === 'identity') return body
  if (!isKnown(name)) throw unknownEncoding()
  return body.length === 0 ? body : unpack(body, name, rules)
}

type Encoding = keyof typeof DECODERS

function isKnown(name: string): name is Encoding {
  return Object.hasOwn(DECODERS, name)
}

async function unpack(body: Buffer, name: Encoding, rules: DecompressionRules): Promise<Buffer> {
  const { decompressedBytesMax, decompressionRatioMax } = rules
  const byRatio = Math.max(ALWAYS_BYTES, body.length * decompressionRatioMax)
  const maxOutputLength = Math.min(decompressedBytesMax, byRatio)
  const decode = name === 'deflate' && !hasZlibHeader(body) ? rawDeflate : DECODERS[name]
  try {
    return await decode(body, { maxOutputLength, chunkSize: CHUNK_BYTES })
  } catch (error) {
    if (!isTooLarge(error)) throw corrupt()
    throw byRatio < decompressedBytesMax
      ? tooLarge('ratio', decompressionRatioMax, 'times what came')
      : tooLarge('decompressed-size', decompressedBytesMax, 'bytes')
  }
}

/** RFC 1950. Some send the bare data of RFC 1951 instead, which almost never looks like that. */
function hasZlibHeader(body: Buffer): boolean {
  const [method = 0, flags = 0] = body
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

function unknownEncoding(): BodyEncodingError {
  const detail = 'The Content-Encoding of the body is not known here, or there are several'
  const hint = `Send the body with one of ${ACCEPTED}, or without.`
  return new BodyEncodingError([{ pointer: '', rule: 'content-encoding', detail, hint }], {
    'accept-encoding': ACCEPTED,
  })
}

function tooLarge(rule: string, bound: number, unit: string): DecompressedSizeError {
  const detail = `Decompressed, the body is larger than ${bound} ${unit}`
  const hint = 'Send less at once.'
  return new DecompressedSizeError([{ pointer: '', rule, detail, hint, bound }])
}

function corrupt(): DecompressionError {
  const detail = 'The body cannot be decompressed as its Content-Encoding says'
  const hint = 'Was it cut off, or sent without compression?'
  return new DecompressionError([{ pointer: '', rule: 'content-encoding', detail, hint }])
}
