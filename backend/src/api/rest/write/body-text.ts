import { isUtf8 } from 'node:buffer'
import { InvalidBodyError } from '../errors.ts'

/** The body as text, the very characters that came. Throws PGRST102 with this message for bytes that are no UTF-8. */
export function bodyText(body: Buffer | undefined, message: string): string {
  if (body === undefined) return ''
  if (!isUtf8(body))
    throw new InvalidBodyError(message, { details: 'The body is not valid UTF-8.' })
  return body.toString()
}
