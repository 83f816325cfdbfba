import { headerBytes, UnsupportedMethodError } from '../http/index.ts'
import { call } from './call/call.ts'
import type { RestInput } from './input.ts'
import { contentTypeOf, type MediaOffer, negotiate } from './parse/index.ts'
import type { RestResponse } from './response.ts'
import type { RestServices } from './services.ts'
import { profileOf } from './understood.ts'

const DOCUMENT = 'application/openapi+json'
const OFFER: MediaOffer = Object.freeze({ types: [DOCUMENT, 'application/json'], plan: false })

/** The root of the API describes what is below it, unless a function does. PostgREST: references/api/openapi. */
export async function root(input: RestInput, services: RestServices): Promise<RestResponse> {
  const { rootFunction } = services.rules.rest
  return rootFunction === undefined
    ? description(input, services)
    : calledDescription({ ...input, name: rootFunction }, services)
}

/**
 * The schema that `Accept-Profile` chooses, for the caller's role. Throws PGRST126 where that is switched off, PGRST117,
 * PGRST106 and PGRST107.
 */
function description(
  { method, headers, identity }: RestInput,
  { catalog, describeRoot }: RestServices,
): RestResponse {
  const snapshot = catalog()
  const profile = profileOf('GET', headers, snapshot)
  const { schema } = profile
  const { body, etag } = describeRoot({ catalog: snapshot, role: identity.role, schema })
  if (method !== 'GET' && method !== 'HEAD') {
    throw new UnsupportedMethodError(method, 'OPTIONS, GET, HEAD')
  }
  const media = negotiate(headers.accept, OFFER)
  return {
    status: 200,
    headers: {
      'content-type': contentTypeOf(media),
      etag,
      vary: 'Accept, Accept-Profile, Authorization',
      ...(profile.negotiated && { 'content-profile': headerBytes(schema) }),
    },
    body: method === 'HEAD' ? null : body,
  }
}

/** What the function answers is JSON; asked for as a document, it is called one. */
async function calledDescription(input: RestInput, services: RestServices): Promise<RestResponse> {
  const isDocument = input.headers.accept?.toLowerCase().startsWith(DOCUMENT) ?? false
  if (!isDocument) return call(input, services)
  const headers = { ...input.headers, accept: 'application/json' }
  const response = await call({ ...input, headers }, services)
  if (response.status === 304) return response
  const named = { ...response.headers, 'content-type': `${DOCUMENT}; charset=utf-8` }
  return { ...response, headers: named }
}
