import type { Answer } from '../../../query/executor/index.ts'
import { headerBytes } from '../../http/index.ts'
import { bodyOf } from '../body.ts'
import { MaxAffectedError, SingularityError } from '../errors.ts'
import { contentTypeOf, describePage, preferenceApplied } from '../parse/index.ts'
import { overridden, type RestResponse } from '../response.ts'
import { warningOf } from '../warning.ts'
import type { UnderstoodCall } from './understand.ts'

/** What a function answered, as a response. PostgREST: references/api/functions. */
export function callResponse(answer: Answer, call: UnderstoodCall): RestResponse {
  const { media, profile, range, prepared, targetNames } = call
  const contentType = contentTypeOf(media)
  if (media.kind === 'plan') {
    return { status: 200, headers: { 'content-type': contentType }, body: answer.body }
  }
  checkRows(answer.rows, call)
  const { status, contentRange } = describePage(range.offset, answer.rows, answer.total)
  const headers: Record<string, string> = { 'content-range': contentRange }
  const preference = heeded(call)
  if (preference !== undefined) headers['preference-applied'] = preference
  const warning = warningOf(targetNames)
  if (warning !== undefined) headers['warning'] = warning
  if (prepared.plan.routine.returns.kind === 'void') {
    return overridden({ status: 204, headers, body: null }, answer)
  }
  headers['content-type'] = contentType
  headers['vary'] = 'Accept, Prefer, Range'
  if (profile.negotiated) headers['content-profile'] = headerBytes(profile.schema)
  return overridden({ status, headers, body: bodyOf(answer.body, media) }, answer)
}

/** Where something may have been written, the statement itself has refused; reading is refused here. */
function checkRows(rows: number, { media, preferences }: UnderstoodCall): void {
  const { handling, maxAffected } = preferences
  if (media.kind === 'object' && rows !== 1) throw new SingularityError(rows)
  if (handling === 'strict' && maxAffected !== undefined && rows > maxAffected) {
    throw new MaxAffectedError(rows)
  }
}

/** The preferences that a call heeds. */
function heeded({ access, preferences }: UnderstoodCall): string | undefined {
  const { count, tx, handling, timezone, maxAffected, waitMs } = preferences
  const maxStalenessMs = access === 'read-only' ? preferences.maxStalenessMs : undefined
  return preferenceApplied({ count, tx, handling, timezone, maxAffected, maxStalenessMs, waitMs })
}
