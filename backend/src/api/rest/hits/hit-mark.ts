import type { Result } from '../../../capabilities/cache/index.ts'
import type { CacheMark, KeptAnswer } from '../../../query/executor/index.ts'

/** What an answer says of the cache that comes from memory. */
export function hitMark(
  key: string | undefined,
  { value, ageMs, ttlMs }: Pick<Result<KeptAnswer>, 'value' | 'ageMs' | 'ttlMs'>,
): CacheMark {
  return {
    from: 'l1',
    why: undefined,
    key,
    kept: value,
    ageMs,
    ttlMs,
    isJoined: false,
    isStored: true,
  }
}
