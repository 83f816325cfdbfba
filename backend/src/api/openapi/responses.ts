import type { JsonObject } from './json.ts'

export const ERROR_SCHEMA: JsonObject = Object.freeze({
  type: 'object',
  description:
    'What went wrong. The code is one of PostgREST (`PGRST…`), of PostgreSQL (SQLSTATE) or of S-Tier (`ST…`).',
  properties: {
    code: { type: 'string', examples: ['PGRST205', '23505'] },
    message: { type: 'string' },
    details: {
      description: 'Where it went wrong: mostly a text; a list of candidates for PGRST201.',
    },
    hint: { type: ['string', 'null'], description: 'What to do about it.' },
  },
  required: ['code', 'message', 'details', 'hint'],
})

/** When 504 comes. */
export const TIMED_OUT_WHEN =
  'No connection became free in time (PGRST003), or the time for the request is over (ST514): that of `Prefer: wait`, or ' +
  'of the server.'

/**
 * By status: the name of the shared response, and when it comes, with the codes that are usual. A generator tells by the words
 * of `default` whether it is an answer: "success" must not be among them.
 */
const FAILURES: Readonly<Record<string, readonly [name: string, description: string]>> =
  Object.freeze({
    400: [
      'BadRequest',
      'The request does not parse or names what does not exist (PGRST1xx, PGRST200, PGRST204, 42703), or the ' +
        'database refuses a value (22P02, 23502, 23514 and others).',
    ],
    401: [
      'Unauthorized',
      'No token, or none that is valid (PGRST301 to PGRST303), or the anonymous role may not (42501).',
    ],
    403: ['Forbidden', 'The role may not do this: 42501.'],
    404: ['NotFound', 'No such relation or function: PGRST205, PGRST202, PGRST125.'],
    406: [
      'NotAcceptable',
      'The media type or schema cannot be given (PGRST107, PGRST106), or not exactly one row (PGRST116).',
    ],
    409: ['Conflict', 'A unique or foreign key is in the way: 23505, 23503.'],
    413: ['PayloadTooLarge', 'The body is larger than the server accepts: ST101.'],
    416: ['RangeNotSatisfiable', 'The range is outside of the rows: PGRST103.'],
    429: ['TooManyRequests', 'A limit is reached: ST401.'],
    503: [
      'Unavailable',
      'No connection to the database (PGRST000, PGRST001), no node that may answer (ST501 to ST503), too many requests ' +
        'waiting (ST510), not room for all (ST402), or limits that cannot be asked (ST403).',
    ],
    504: ['TimedOut', TIMED_OUT_WHEN],
    default: [
      'Failure',
      'Any other failure. 300: several relationships or functions fit (PGRST201, PGRST203). 405: not with this method ' +
        '(PGRST101, PGRST117, 25006). 410, 422: of an Idempotency-Key (ST145, ST142). 414: the URL is too long (ST104). ' +
        '500: the database or the server failed. ' +
        'A function or trigger that sets `response.status` may choose any status; the body is then as always.',
    ],
  })

const HEADER_NAMES = Object.freeze({
  ContentRange: 'Content-Range',
  ContentLocation: 'Content-Location',
  Location: 'Location',
  PreferenceApplied: 'Preference-Applied',
  RetryAfter: 'Retry-After',
  RateLimit: 'RateLimit',
  RateLimitPolicy: 'RateLimit-Policy',
  Consistency: 'S-Tier-Consistency',
})

const FAILURE_HEADERS: Readonly<Record<string, JsonObject>> = Object.freeze({
  429: headerRefs('RetryAfter', 'RateLimit', 'RateLimitPolicy'),
  503: headerRefs('RetryAfter', 'RateLimit', 'RateLimitPolicy'),
  504: headerRefs('RetryAfter'),
})

/** The shared responses: one for each way to fail. */
export const FAILURE_RESPONSES: Readonly<Record<string, JsonObject>> = Object.freeze(
  Object.fromEntries(
    Object.entries(FAILURES).map(([status, [name, description]]) => [
      name,
      {
        description,
        ...(status in FAILURE_HEADERS && { headers: FAILURE_HEADERS[status] }),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  ),
)

/** References to the failures that an operation can end in, by status. */
function failures(...statuses: readonly number[]): JsonObject {
  return Object.freeze(
    Object.fromEntries(
      [...statuses, 'default'].map(status => [
        status,
        { $ref: `#/components/responses/${FAILURES[status]?.[0] ?? ''}` },
      ]),
    ),
  )
}

export const READ_FAILURES = failures(400, 401, 403, 404, 406, 416, 429, 503, 504)
export const WRITE_FAILURES = failures(400, 401, 403, 404, 406, 409, 413, 429, 503, 504)
export const CALL_FAILURES = failures(400, 401, 403, 404, 406, 409, 413, 416, 429, 503, 504)

function header(description: string, schema: JsonObject = { type: 'string' }): JsonObject {
  return { description, schema }
}

export const SHARED_HEADERS: Readonly<Record<string, JsonObject>> = Object.freeze({
  ContentRange: header('The rows answered and, where counted, their total: `0-9/42`, `*/0`.'),
  ContentLocation: header('The path and query that were read, in a form equal for equal requests.'),
  Location: header('Where the new row is, with `return=headers-only`.'),
  PreferenceApplied: header('The preferences that were followed.'),
  RetryAfter: header('Seconds after which to try again.'),
  RateLimit: header(
    'Of the limit that is nearest, how much is left, and in how many seconds all of it is there again: `"per-user";r=17;t=43`.',
  ),
  RateLimitPolicy: header(
    'The limits that hold, each with its quota and its window in seconds: `"per-user";q=100;w=60`.',
  ),
  Consistency: header(
    'Of a write, where the database has replicas: sent with a later read, that one sees what this request wrote. The cookie ' +
      '`s_tier_consistency` has the same for clients that keep cookies.',
  ),
})

export function headerRefs(...names: readonly (keyof typeof HEADER_NAMES)[]): JsonObject {
  return Object.fromEntries(
    names.map(name => [HEADER_NAMES[name], { $ref: `#/components/headers/${name}` }]),
  )
}
