import type { Answer } from '../../../query/executor/index.ts'
import { headerBytes } from '../../http/index.ts'
import { bodyOf } from '../body.ts'
import { SingularityError } from '../errors.ts'
import {
  contentTypeOf,
  describePage,
  NO_PREFERENCES,
  type Preferences,
  preferenceApplied,
} from '../parse/index.ts'
import { overridden, type RestResponse } from '../response.ts'
import { warningOf } from '../warning.ts'
import type { UnderstoodRead } from '../understood.ts'

/** What PostgreSQL answered, as a response. PostgREST: references/api/pagination_count and resource_representation. */
export function readResponse(answer: Answer, call: UnderstoodRead): RestResponse {
  const { media, preferences, profile, range, location } = call
  const contentType = contentTypeOf(media)
  if (media.kind === 'plan') {
    return { status: 200, headers: { 'content-type': contentType }, body: answer.body }
  }
  if (media.kind === 'object' && answer.rows !== 1) throw new SingularityError(answer.rows)
  const { status, contentRange } = describePage(range.offset, answer.rows, totalOf(answer, call))
  const headers: Record<string, string> = {
    'content-type': contentType,
    'content-range': contentRange,
    'content-location': location,
    vary: 'Accept, Prefer, Range',
  }
  const preference = preferences === NO_PREFERENCES ? undefined : heeded(preferences)
  if (preference !== undefined) headers['preference-applied'] = preference
  const warning = warningOf(call.targetNames)
  if (warning !== undefined) headers['warning'] = warning
  if (profile.negotiated) headers['content-profile'] = headerBytes(profile.schema)
  return overridden({ status, headers, body: bodyOf(answer.body, media) }, answer)
}

/** The preferences that a read heeds. */
function heeded(preferences: Preferences): string | undefined {
  const { count, tx, handling, timezone, maxStalenessMs, waitMs } = preferences
  return preferenceApplied({ count, tx, handling, timezone, maxStalenessMs, waitMs })
}

/**
 * What is told as the total. An estimated count is exact up to the cap on rows; beyond it the planner's estimate, but
 * never less than what was counted or is given: a page that has rows is within the total.
 * PostgREST: references/api/pagination_count, "Estimated Count".
 */
function totalOf(
  { total, estimated, rows }: Answer,
  { prepared, range }: UnderstoodRead,
): number | null {
  if (total === null || estimated === null) return total ?? estimated
  const { rowsMax = total } = prepared.plan
  if (total <= rowsMax) return total
  return Math.max(total, estimated, rows === 0 ? 0 : range.offset + rows)
}
