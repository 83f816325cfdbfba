import type { Caching } from '../../../query/executor/index.ts'
import type { RestInput } from '../input.ts'
import type { Prepared } from '../prepared.ts'
import type { RestServices } from '../services.ts'
import { askOf } from './ask.ts'
import { claimsOf } from './claims.ts'

/** What a read says about being kept. Undefined where nothing is: then nothing of it is looked at. */
export function cachingOf(
  { headers, identity }: Pick<RestInput, 'headers' | 'identity'>,
  { cacheability }: Pick<Prepared<never>, 'cacheability'>,
  { caching }: Pick<RestServices, 'caching'>,
): Caching | undefined {
  if (caching !== true || cacheability === undefined) return undefined
  return { cacheability: cacheability(), claims: claimsOf(identity), ask: askOf(headers) }
}
