/**
 * HTTP headers are bytes, and Node has one character for each of them. What people write in them is UTF-8, as PostgREST
 * reads and writes it: these two translate. Bytes that are no UTF-8 become U+FFFD.
 */
export function headerText(bytes: string): string {
  return BEYOND_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes
}

/** The other way: a text as the bytes of a header. */
export function headerBytes(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text
}

/**
 * The body as it must be handed to Node beside these headers. Node writes a body that is a string together with the
 * headers, all of it as UTF-8, which would encode the bytes of a header once more.
 */
export function bodyBeside(headers: OutgoingHeaders, body: string | Buffer): string | Buffer {
  if (typeof body !== 'string') return body
  for (const name in headers) if (BEYOND_ASCII.test(String(headers[name]))) return Buffer.from(body)
  return body
}

type OutgoingHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>

const BEYOND_ASCII = /[\u0080-\uffff]/

/** RFC 9110: a field name is a token, a field value has no control characters but the tab. */
export function isHeader(pair: readonly [string, unknown]): pair is [string, string] {
  const [name, value] = pair
  const isToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
  return isToken && typeof value === 'string' && /^[\t\u0020-\u007e\u0080-\uffff]*$/.test(value)
}
