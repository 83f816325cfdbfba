import type { MediaHandler } from '../../../query/catalog/index.ts'
import type { MediaRange } from './accept.ts'
import { parseMediaRange } from './accept.ts'

/** What an answer is asked to be. */
export type MediaRequest = PlainMedia | PlanMedia

export type PlainMedia =
  /** A JSON array of objects. */
  | { readonly kind: 'json'; readonly stripNulls: boolean }
  /** One JSON object; anything but one row is an error. */
  | { readonly kind: 'object'; readonly stripNulls: boolean }
  | { readonly kind: 'csv' }
  | { readonly kind: 'geojson' }
  /** A handler of the database makes the media type that was asked for, be it one of the above or any other. */
  | { readonly kind: 'handler'; readonly mediaType: string; readonly handler: MediaHandler }
  /** Any other media type, such as that of an API document. */
  | { readonly kind: 'other'; readonly mediaType: string }

/** The plan of the statement instead of its result. */
export interface PlanMedia {
  readonly kind: 'plan'
  readonly format: 'text' | 'json'
  /** What the planned statement would answer. */
  readonly answer: PlainMedia
  readonly options: readonly PlanOption[]
}

export type PlanOption = 'analyze' | 'verbose' | 'settings' | 'buffers' | 'wal'

const PLAN_OPTIONS: readonly PlanOption[] = ['analyze', 'verbose', 'settings', 'buffers', 'wal']
/** The range of all media types, and the name of the domain whose handler takes any. */
export const ANY = '*/*'
export const JSON_MEDIA: PlainMedia = Object.freeze({ kind: 'json', stripNulls: false })

/** The request that a media range without wildcards makes. Names in any case of letters, other parameters ignored. */
export function mediaOf(range: MediaRange): MediaRequest {
  switch (range.name) {
    case 'application/vnd.pgrst.plan':
    case 'application/vnd.pgrst.plan+text':
      return planOf(range, 'text')
    case 'application/vnd.pgrst.plan+json':
      return planOf(range, 'json')
    default:
      return plainMediaOf(range)
  }
}

function plainMediaOf(range: MediaRange): PlainMedia {
  switch (range.name) {
    case 'application/json':
      return JSON_MEDIA
    case 'application/vnd.pgrst.array':
    case 'application/vnd.pgrst.array+json':
      return { kind: 'json', stripNulls: stripsNulls(range) }
    case 'application/vnd.pgrst.object':
    case 'application/vnd.pgrst.object+json':
      return { kind: 'object', stripNulls: stripsNulls(range) }
    case 'text/csv':
      return { kind: 'csv' }
    case 'application/geo+json':
      return { kind: 'geojson' }
    default:
      return { kind: 'other', mediaType: range.name }
  }
}

function planOf({ parameters }: MediaRange, format: PlanMedia['format']): PlanMedia {
  const options = (parameters.get('options') ?? '').split('|')
  return {
    kind: 'plan',
    format,
    answer: plainMediaOf(parseMediaRange(parameters.get('for') ?? 'application/json')),
    options: PLAN_OPTIONS.filter(option => options.includes(option)),
  }
}

function stripsNulls({ parameters }: MediaRange): boolean {
  return parameters.get('nulls') === 'stripped'
}

/** Its media type as an answer spells it. */
export function mediaTypeOf(media: MediaRequest): string {
  switch (media.kind) {
    case 'json':
      return media.stripNulls
        ? 'application/vnd.pgrst.array+json;nulls=stripped'
        : 'application/json'
    case 'object':
      return `application/vnd.pgrst.object+json${media.stripNulls ? ';nulls=stripped' : ''}`
    case 'csv':
      return 'text/csv'
    case 'geojson':
      return 'application/geo+json'
    case 'handler':
    case 'other':
      return media.mediaType
    case 'plan': {
      const options = media.options.length > 0 ? `; options=${media.options.join('|')}` : ''
      const type = `application/vnd.pgrst.plan+${media.format}`
      return `${type}; for="${mediaTypeOf(media.answer)}"${options}`
    }
  }
}

/** What PostgREST knows to be text. */
const TEXTS: ReadonlySet<string> = new Set([
  'application/geo+json',
  'application/json',
  'application/openapi+json',
  'text/csv',
  'text/plain',
  'text/xml',
])

/**
 * The Content-Type of the answer, unless the database sets another. A media type that only the database knows is given
 * without a charset, and what the handler of any type makes is bytes, whatever was asked for: as in PostgREST.
 */
export function contentTypeOf(media: MediaRequest): string {
  const type = mediaTypeOf(media)
  if (media.kind === 'handler' && media.handler.mediaType === ANY) return 'application/octet-stream'
  const isText = (media.kind !== 'handler' && media.kind !== 'other') || TEXTS.has(type)
  return isText ? `${type}; charset=utf-8` : type
}
