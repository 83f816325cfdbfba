import { isUtf8 } from 'node:buffer'
import { InvalidBodyError } from '../errors.ts'
import type { RestInput } from '../input.ts'

/** The body as text, the very characters that came. Throws PGRST102 with this message for bytes that are no UTF-8. */
export function bodyText(body: Buffer | undefined, message: string): string {
  return textFrom(body, 0, message)
}

/**
 * The text of a JSON, CSV or form body, without the byte order mark that editors and spreadsheets put before it. Throws
 * PGRST102 as `bodyText`, and for a body that is compressed: a small one could become any size.
 */
export function documentText(
  { headers, body }: Pick<RestInput, 'headers' | 'body'>,
  message: string,
): string {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new InvalidBodyError(`Content-Encoding not acceptable: ${encoding}`, {
      hint: 'Send the body without compression.',
    })
  }
  return textFrom(body, body !== undefined && hasByteOrderMark(body) ? 3 : 0, message)
}

function textFrom(body: Buffer | undefined, start: number, message: string): string {
  if (body === undefined) return ''
  if (isUtf8(body)) return body.toString('utf8', start)
  throw new InvalidBodyError(message, { details: 'The body is not valid UTF-8.' })
}

function hasByteOrderMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}
