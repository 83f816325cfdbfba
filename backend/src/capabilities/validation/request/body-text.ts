import { isUtf8 } from 'node:buffer'
import { BodyTextError } from '../errors.ts'

/** The text of these bytes, without a byte order mark before it. Throws ST412 for bytes that are no UTF-8. */
export function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return withoutByteOrderMark(bytes).toString()
  const detail = 'The body is not valid UTF-8'
  throw new BodyTextError([{ pointer: '', rule: 'utf-8', detail, hint: 'Encode it as UTF-8.' }])
}

/** Editors and spreadsheets put one before what they write. */
export function withoutByteOrderMark(bytes: Buffer): Buffer {
  const has = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return has ? bytes.subarray(3) : bytes
}
