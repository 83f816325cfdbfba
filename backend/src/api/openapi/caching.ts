import type { JsonObject } from './json.ts'
import { createNames } from './names.ts'
import { parameterRef } from './parameters.ts'
import { FAILURE_RESPONSES, TIMED_OUT_WHEN } from './responses.ts'

/** What the operations of a document say of a cache, as references to components. */
export interface CachingParts {
  /** Parameters of a GET. */
  readonly asked: readonly JsonObject[]
  /** Parameters of a call by POST that writes nothing: it is always answered in full. */
  readonly askedByPost: readonly JsonObject[]
  /** Of the response. */
  readonly headers: JsonObject
  /** Responses of a GET, by status. */
  readonly answers: JsonObject
  /** The shared ones among them, by name. */
  readonly responses: Readonly<Record<string, JsonObject>>
}

/** Of a server that keeps nothing: then none of it is heeded, and none answered. */
export const NO_CACHING: CachingParts = Object.freeze({
  asked: [],
  askedByPost: [],
  headers: {},
  answers: {},
  responses: {},
})

/**
 * Beside the responses of relations that are called so: a relation has its name with a cache and without, so that generated
 * clients stay what they are when one is switched on.
 */
export function cachingParts(stems: Iterable<string>): CachingParts {
  const name = createNames(stems).claim('not modified')
  return {
    asked: [parameterRef('IfNoneMatch'), ...ASKED_BY_POST],
    askedByPost: ASKED_BY_POST,
    headers: HEADERS,
    answers: { 304: { $ref: `#/components/responses/${name}` } },
    responses: { [name]: NOT_MODIFIED },
  }
}

const ASKED_BY_POST: readonly JsonObject[] = Object.freeze([parameterRef('CacheControl')])

const HEADERS: JsonObject = Object.freeze({
  Age: { $ref: '#/components/headers/Age' },
  'Cache-Control': { $ref: '#/components/headers/CacheControl' },
  'Cache-Status': { $ref: '#/components/headers/CacheStatus' },
  ETag: { $ref: '#/components/headers/ETag' },
})

const TEXT: JsonObject = Object.freeze({ type: 'string' })

export const CACHING_PARAMETERS: Readonly<Record<string, JsonObject>> = Object.freeze({
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description:
      'What answers had as `ETag`, with commas between several: 304 without a body where the answer has one of these.',
    schema: TEXT,
  },
  CacheControl: {
    name: 'Cache-Control',
    in: 'header',
    description:
      'What is taken of what is kept: `no-cache`, `no-store`, `max-age=60`, `min-fresh=10`, `max-stale=60`, `only-if-cached`.',
    schema: TEXT,
  },
})

export const CACHING_HEADERS: Readonly<Record<string, JsonObject>> = Object.freeze({
  Age: {
    description: 'Of a kept answer: the seconds since it was read.',
    schema: { type: 'integer', minimum: 0 },
  },
  CacheControl: {
    description:
      'Of a read: `private, no-cache`. The client may keep it, and asks each time whether it is still true.',
    schema: TEXT,
  },
  CacheStatus: {
    description:
      'Of a read: `s-tier; hit; ttl=287`, `s-tier; fwd=uri-miss; stored; ttl=300`, or why it is not kept (RFC 9211).',
    schema: TEXT,
  },
  ETag: {
    description: 'Of a GET, for `If-None-Match` of the next one. Equal bytes, equal tag.',
    schema: TEXT,
  },
})

const NOT_MODIFIED: JsonObject = Object.freeze({
  description: 'The client has it already: `If-None-Match` has its tag.',
  headers: HEADERS,
})

/** 504, which has one more reason. */
export const TIMED_OUT: JsonObject = Object.freeze({
  ...FAILURE_RESPONSES['TimedOut'],
  description: `${TIMED_OUT_WHEN} Or the request says \`only-if-cached\`, and nothing that suits is kept (ST641).`,
})
