import { QueryEncodingError } from './errors.ts'

/** Calls back for each `name=value`, decoded, in the order of the URL. What has no `=` says nothing and is left out. */
export function eachPair(queryString: string, visit: (name: string, value: string) => void): void {
  const read = decoderFor(queryString)
  let equals = queryString.indexOf('=')
  for (let start = 0; equals >= 0; ) {
    const ampersand = queryString.indexOf('&', start)
    const end = ampersand < 0 ? queryString.length : ampersand
    if (equals < end) {
      visit(read(queryString.slice(start, equals)), read(queryString.slice(equals + 1, end)))
      equals = queryString.indexOf('=', end)
    }
    start = end + 1
  }
}

const ENCODED = /[%+\u0080-\uffff]/
const BEYOND_BYTES = /[\u0100-\uffff]/

/** Most query strings hold nothing to decode: one look tells, for all of their parts. */
function decoderFor(queryString: string): (text: string) => string {
  if (queryString.includes('\0') || queryString.includes('%00')) {
    throw new QueryEncodingError('It holds a NUL character, which PostgreSQL cannot store.')
  }
  return ENCODED.test(queryString) ? decode : asItIs
}

function asItIs(text: string): string {
  return text
}

/** Percent-decoding, once; `+` is a space. A `%` that no two hexadecimal digits follow stands for itself. */
function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!ENCODED.test(spaced)) return spaced
  try {
    if (!hasRawBytes(spaced)) return decodeURIComponent(spaced)
  } catch {
    // A lone `%` or bytes that are no UTF-8: told apart below.
  }
  return decodeBytes(spaced)
}

/** Node hands over what a client sent unencoded as one character a byte. */
function hasRawBytes(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return true
  return false
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeBytes(text: string): string {
  const bytes = Buffer.from(text, BEYOND_BYTES.test(text) ? 'utf8' : 'latin1')
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const decoded = bytes[index] === 0x25 ? hexadecimalByte(bytes, index + 1) : undefined
    bytes[length++] = decoded ?? bytes.readUInt8(index)
    if (decoded !== undefined) index += 2
  }
  try {
    return utf8.decode(bytes.subarray(0, length))
  } catch {
    throw new QueryEncodingError('It is not valid percent-encoded UTF-8.')
  }
}

function hexadecimalByte(bytes: Buffer, index: number): number | undefined {
  const high = hexadecimalDigit(bytes[index])
  const low = hexadecimalDigit(bytes[index + 1])
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexadecimalDigit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined
}
