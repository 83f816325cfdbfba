import type { RestInput } from '../input.ts'
import type { RestServices } from '../services.ts'

/**
 * The request as it is understood. A HEAD that asks whether what the client has is still true asks about a body, which is then
 * read, or has been kept, as for a GET; any other HEAD is spared the body. A range is for GET alone (RFC 9110, section 14.2).
 */
export function asUnderstood<T extends Pick<RestInput, 'method' | 'headers'>>(
  input: T,
  { caching }: Pick<RestServices, 'caching'>,
): T {
  if (caching !== true || input.method !== 'HEAD') return input
  const { headers } = input
  if (headers['if-none-match'] === undefined) return input
  const { range: _range, ...others } = headers
  return { ...input, method: 'GET', headers: others }
}
