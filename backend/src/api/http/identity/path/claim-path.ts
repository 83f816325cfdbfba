import { parseJsonPath } from './json-path.ts'
import { parseOlderPath } from './older-path.ts'

/** Finds the role among the claims; undefined when nothing is there. */
export type ClaimPath = (claims: unknown) => unknown

/**
 * Reads `jwt.roleClaimKey`: a JSON Path (RFC 9535) begins with `$`, PostgREST's notation before its version 16 with
 * `.` or `[`. Of several matches the first counts. Undefined when the text is neither.
 */
export function parseClaimPath(text: string): ClaimPath | undefined {
  const query = text.startsWith('$') ? parseJsonPath(text) : parseOlderPath(text)
  return query && (claims => query([claims], claims)[0])
}

/** Whether `parseClaimPath` understands it. */
export function isClaimPath(text: string): boolean {
  return parseClaimPath(text) !== undefined
}
