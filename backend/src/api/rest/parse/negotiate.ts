import { type MediaRange, parseAccept } from './accept.ts'
import { NotAcceptableError } from './errors.ts'
import { JSON_MEDIA, type MediaRequest, mediaOf, mediaTypeOf, type PlainMedia } from './media.ts'

/** What can be made of the resource at hand. */
export interface MediaOffer {
  /**
   * Media types in lower case, the default first: `application/json`, `text/csv`, `application/geo+json` and those of
   * the database's handlers. Object, stripped array and plan need not be listed: they are made of JSON. The
   * type of any type means that a handler takes whatever is asked for.
   */
  readonly types: readonly string[]
  /** Plans are given (`db-plan-enabled`). */
  readonly plan: boolean
}

/**
 * Chooses what to answer: the first of the client's wishes that is offered. No Accept header means anything.
 * Fails with PGRST107. PostgREST: references/api/resource_representation and media_type_handlers.
 */
export function negotiate(accept: string | undefined, offer: MediaOffer): MediaRequest {
  const isAnything = accept === undefined || accept === '*/*' || accept === ''
  if (isAnything && offer.types[0] === 'application/json') return JSON_MEDIA
  const ranges = parseAccept(isAnything ? '*/*' : accept)
  for (const range of ranges) {
    const media = acceptable(range, offer)
    if (media !== undefined) return media
  }
  throw new NotAcceptableError(ranges.map(nameOf))
}

function acceptable(range: MediaRange, offer: MediaOffer): MediaRequest | undefined {
  const type = range.name.endsWith('/*') ? firstWithin(range.name, offer.types) : range.name
  if (type === undefined) return undefined
  const media = mediaOf({ ...range, name: type })
  if (media.kind === 'plan') return offer.plan && isOffered(media.answer, offer) ? media : undefined
  return isOffered(media, offer) ? media : undefined
}

// Of `text/*` the first text; of `*/*` the first of all.
function firstWithin(wildcard: string, types: readonly string[]): string | undefined {
  const prefix = wildcard === '*/*' ? '' : wildcard.slice(0, -1)
  return types.find(type => type.startsWith(prefix))
}

/** PostgREST: the vendored types cannot be replaced by handlers, so they are there wherever JSON is. */
function isOffered(media: PlainMedia, { types }: MediaOffer): boolean {
  if (media.kind === 'object' || (media.kind === 'json' && media.stripNulls)) {
    return types.includes('application/json')
  }
  return types.includes(mediaTypeOf(media)) || types.includes('*/*')
}

function nameOf(range: MediaRange): string {
  return range.name.endsWith('/*') ? range.name : mediaTypeOf(mediaOf(range))
}
