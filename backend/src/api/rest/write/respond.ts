import type { Answer } from '../../../query/executor/index.ts'
import { headerBytes } from '../../http/index.ts'
import { bodyOf } from '../body.ts'
import { SingularityError } from '../errors.ts'
import { contentRange, contentTypeOf, NO_PREFERENCES, preferenceApplied } from '../parse/index.ts'
import { overridden, type RestResponse } from '../response.ts'
import { warningOf } from '../warning.ts'
import type { UnderstoodWrite } from './understand.ts'

/** What PostgreSQL answered a write, as a response. PostgREST: references/api/tables_views and preferences. */
export function writeResponse(answer: Answer, call: UnderstoodWrite, path: string): RestResponse {
  const { media, preferences, profile, prepared } = call
  if (media.kind === 'plan') {
    const headers = { 'content-type': contentTypeOf(media) }
    return { status: 200, headers, body: answer.body }
  }
  if (media.kind === 'object' && answer.rows !== 1) throw new SingularityError(answer.rows)
  const isShown = prepared.plan.returning !== undefined
  const headers: Record<string, string> = {}
  if (isShown) {
    headers['content-type'] = contentTypeOf(media)
    if (profile.negotiated) headers['content-profile'] = headerBytes(profile.schema)
  }
  const range = rangeOf(answer, call)
  if (range !== undefined) headers['content-range'] = range
  if (answer.location !== null) headers['location'] = locationOf(path, call, answer.location)
  const preference = preferences === NO_PREFERENCES ? undefined : heeded(call)
  if (preference !== undefined) headers['preference-applied'] = preference
  const warning = warningOf(call.targetNames)
  if (warning !== undefined) headers['warning'] = warning
  const body = isShown ? bodyOf(answer.body, media) : null
  return overridden({ status: statusOf(answer, call, isShown), headers, body }, answer)
}

/** Rows of a PUT need no range: there is one. Only an update says which: the first of those it changed to the last. */
function rangeOf(
  { rows }: Answer,
  { prepared, preferences: { count } }: UnderstoodWrite,
): string | undefined {
  const total = count === 'exact' || count === 'estimated' ? rows : null
  switch (prepared.plan.action) {
    case 'replace':
      return undefined
    case 'update':
      return contentRange(0, rows, total)
    default:
      return contentRange(0, 0, total)
  }
}

/** 201 unless what was to be merged was there already. Nothing to show is 204, but for what was made. */
function statusOf(
  answer: Answer,
  { prepared, preferences: { resolution } }: UnderstoodWrite,
  isShown: boolean,
): number {
  switch (prepared.plan.action) {
    case 'insert': {
      const isMerged = resolution === 'merge-duplicates'
      return isMerged && (answer.inserted ?? answer.rows) === 0 ? 200 : 201
    }
    case 'replace':
      if (!isShown) return 204
      return answer.inserted === 0 ? 200 : 201
    default:
      return isShown ? 200 : 204
  }
}

/** Where the row is found that was just made. The key is a JSON object of texts; a null in the key of a view is possible. */
function locationOf(path: string, { prepared }: UnderstoodWrite, location: string): string {
  const key = JSON.parse(location) as Readonly<Record<string, string | null>>
  const filters = prepared.plan.location.map(name => {
    const value = key[name] ?? null
    const test = value === null ? 'is.null' : `eq.${value}`
    return `${encodeURIComponent(name)}=${encodeURIComponent(test)}`
  })
  return `${path}?${filters.join('&')}`
}

/** The preferences that this write heeds. */
function heeded({ preferences, prepared: { plan } }: UnderstoodWrite): string | undefined {
  const { count, tx, handling, timezone, maxAffected, missing, resolution, waitMs } = preferences
  const { action, conflict } = plan
  return preferenceApplied({
    resolution: action === 'insert' && conflict !== undefined ? resolution : undefined,
    missing: action === 'insert' || action === 'update' ? missing : undefined,
    return: preferences.return,
    count,
    tx,
    handling,
    timezone,
    maxAffected: action === 'update' || action === 'delete' ? maxAffected : undefined,
    waitMs,
  })
}
