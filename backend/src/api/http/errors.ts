import { STierError } from '../../base/index.ts'
import { DatabaseError } from '../../capabilities/pool/index.ts'
import type { Fault } from '../../capabilities/validation/index.ts'
import { hintFor, type Refused } from './database-hints.ts'
import { type ErrorBody, type ErrorResponse, type FaultBody, response } from './error-response.ts'
import { raisedResponse } from './raise.ts'
import { statusOfSqlState } from './sqlstate.ts'

/**
 * Turns whatever was thrown into an answer. Errors that S-Tier makes on purpose and errors that PostgreSQL reports are
 * told, the latter with a hint where PostgreSQL has none; anything else is a bug (ST900) whose inside stays inside.
 */
export function errorResponse(error: unknown, refused: Refused): ErrorResponse {
  if (error instanceof DatabaseError) return databaseErrorResponse(error, refused)
  if (error instanceof STierError) {
    return response(error.status, withPlace(error, refused), error.headers)
  }
  const framework = frameworkError(error)
  if (framework !== undefined) return framework
  return response(500, {
    code: 'ST900',
    details: null,
    hint: 'The log has the details of this moment.',
    message: 'Something went wrong inside the server',
  })
}

/** Nothing is at this path, or no such relation: perhaps it is somewhere else. */
const NOT_THERE: ReadonlySet<string> = new Set(['PGRST125', 'PGRST205'])

function withPlace(error: STierError, refused: Refused): ErrorBody {
  const { code, details, hint, message } = error
  const isLost = hint === null && NOT_THERE.has(code)
  const place = isLost ? (refused.placeHint() ?? null) : hint
  return { code, details, hint: place, message, errors: faultsOf(error) }
}

/** Validation names all that it has found. */
function faultsOf(error: Error): readonly FaultBody[] | undefined {
  if (!('faults' in error) || !Array.isArray(error.faults)) return undefined
  return (error.faults as readonly Fault[]).map(({ pointer, rule, detail, hint }) => ({
    pointer,
    rule,
    message: detail,
    hint: hint ?? null,
  }))
}

function databaseErrorResponse(error: DatabaseError, refused: Refused): ErrorResponse {
  if (error.code === 'PGRST') return raisedResponse(error)
  const { code, details, message } = error
  const status = statusOfSqlState(code, message, refused.identity?.anonymous ?? true)
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
  const hint = error.hint ?? hintFor(error, refused) ?? null
  return response(status, { code, details, hint, message, errors: faultsOf(error) }, headers)
}

/** What Fastify refuses before a handler runs: too long, malformed, unsupported. */
function frameworkError(error: unknown): ErrorResponse | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return undefined
  const status = Number(error.statusCode)
  if (!(status >= 400 && status < 500)) return undefined
  const known = FRAMEWORK_ERRORS[String(error.code)]
  const body = { code: 'ST100', details: null, hint: null, message: error.message }
  return response(status, known === undefined ? body : { ...body, ...known })
}

const FRAMEWORK_ERRORS: Readonly<Record<string, Partial<ErrorBody>>> = Object.freeze({
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'ST101',
    message: 'The request body is larger than this server accepts',
    hint: 'Send less at once, or raise http.bodyBytesMax.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'ST102',
    message: 'The body is shorter or longer than its Content-Length says',
  },
  FST_ERR_BAD_URL: { code: 'ST103', message: 'The path is not valid percent-encoded UTF-8' },
})
