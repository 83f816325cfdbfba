import type { MediaHandler } from '../../../query/catalog/index.ts'
import { type MediaRange, parseAccept } from './accept.ts'
import { NotAcceptableError } from './errors.ts'
import {
  ANY,
  JSON_MEDIA,
  type MediaRequest,
  mediaOf,
  mediaTypeOf,
  type PlainMedia,
} from './media.ts'

/** What can be made of the resource at hand. */
export interface MediaOffer {
  /**
   * Media types that S-Tier makes itself, in lower case and the default first: `application/json`, `text/csv`,
   * `application/geo+json`. Object, stripped array and plan need not be listed: they are made of JSON.
   */
  readonly types: readonly string[]
  /** What the database makes. Undefined: nothing. */
  readonly handlers?: MediaHandlers | undefined
  /** Plans are given (`db-plan-enabled`). */
  readonly plan: boolean
}

/** Handlers of the database, by media type. The type of any type is the handler of whatever is asked for. */
export interface MediaHandlers {
  /** Those that belong to the very relation or function; its handler of any type comes before all others. */
  readonly own: ReadonlyMap<string, MediaHandler>
  /** Those that take rows of anything; the one of any type is for requests that do not mind. */
  readonly anything: ReadonlyMap<string, MediaHandler>
}

/**
 * Chooses what to answer: the first of the client's wishes that is offered. No Accept header means anything.
 * Fails with PGRST107. PostgREST: references/api/resource_representation and media_type_handlers.
 */
export function negotiate(accept: string | undefined, offer: MediaOffer): MediaRequest {
  const isAnything = accept === undefined || accept === ANY || accept === ''
  const isPlain = offer.handlers === undefined && offer.types[0] === 'application/json'
  if (isAnything && isPlain) return JSON_MEDIA
  const ranges = parseAccept(isAnything ? ANY : accept)
  for (const range of ranges) {
    const media = acceptable(range, offer)
    if (media !== undefined) return media
  }
  const isPlan = !offer.plan && ranges.some(({ name }) => name.startsWith(PLAN))
  throw new NotAcceptableError(ranges.map(nameOf), isPlan ? PLANS_ARE_OFF : undefined)
}

const PLAN = 'application/vnd.pgrst.plan'
const PLANS_ARE_OFF = 'The server gives plans only with database.planEnabled.'

function acceptable(range: MediaRange, offer: MediaOffer): MediaRequest | undefined {
  if (range.name.endsWith('/*')) return firstWithin(range, offer)
  const media = mediaOf(range)
  if (media.kind !== 'plan') return offered(media, offer)
  const answer = offer.plan ? offered(media.answer, offer) : undefined
  return answer && { ...media, answer }
}

/** Of `text/*` the first text; of `*` + `/*` the handler of any type, otherwise the first type of all. */
function firstWithin(range: MediaRange, offer: MediaOffer): MediaRequest | undefined {
  if (range.name === ANY) {
    const handler = handlerFor(ANY, offer)
    const [first] = offer.types
    if (handler !== undefined) return { kind: 'handler', mediaType: ANY, handler }
    return first === undefined ? undefined : mediaOf({ ...range, name: first })
  }
  const type = typesOf(offer).find(candidate => candidate.startsWith(range.name.slice(0, -1)))
  return type === undefined ? undefined : offered(mediaOf({ ...range, name: type }), offer)
}

function typesOf({ types, handlers }: MediaOffer): readonly string[] {
  if (handlers === undefined) return types
  return [...types, ...handlers.own.keys(), ...handlers.anything.keys()]
}

/**
 * As it is made here: by a handler where there is one, by ourselves otherwise. PostgREST: the vendored types cannot be
 * replaced by handlers, so they are there wherever JSON is.
 */
function offered(media: MediaRequest, offer: MediaOffer): PlainMedia | undefined {
  if (media.kind === 'plan') return undefined
  const isVendored = media.kind === 'object' || (media.kind === 'json' && media.stripNulls)
  if (isVendored) return offer.types.includes('application/json') ? media : undefined
  const mediaType = mediaTypeOf(media)
  const handler = handlerFor(mediaType, offer)
  if (handler !== undefined) return { kind: 'handler', mediaType, handler }
  return offer.types.includes(mediaType) ? media : undefined
}

function handlerFor(mediaType: string, { handlers }: MediaOffer): MediaHandler | undefined {
  if (handlers === undefined) return undefined
  const { own, anything } = handlers
  return own.get(ANY) ?? own.get(mediaType) ?? anything.get(mediaType)
}

function nameOf(range: MediaRange): string {
  return range.name.endsWith('/*') ? range.name : mediaTypeOf(mediaOf(range))
}
