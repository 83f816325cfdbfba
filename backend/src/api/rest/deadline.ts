import type { Clock } from '../../base/index.ts'
import type { DatabaseRules } from '../../query/executor/index.ts'
import type { Preferences } from './parse/index.ts'

/**
 * By when a request must be answered, on the clock: the least of what its client waits (`Prefer: wait`, RFC 7240, section
 * 4.3) and of `database.deadlineMs`. Undefined: whenever.
 */
export function deadlineOf(
  { waitMs }: Pick<Preferences, 'waitMs'>,
  { deadlineMs }: Pick<DatabaseRules, 'deadlineMs'>,
  clock: Clock,
): number | undefined {
  const ms = deadlineMs > 0 ? Math.min(deadlineMs, waitMs ?? deadlineMs) : waitMs
  return ms === undefined ? undefined : clock.now() + ms
}
