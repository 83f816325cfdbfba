/** What a body says it is: one of those that are understood, or another media type in lower case. */
export type ContentType =
  | { readonly kind: 'json' | 'csv' | 'form' }
  | { readonly kind: 'other'; readonly mediaType: string }

const JSON_BODY: ContentType = Object.freeze({ kind: 'json' })
const CSV_BODY: ContentType = Object.freeze({ kind: 'csv' })
const FORM_BODY: ContentType = Object.freeze({ kind: 'form' })

const KNOWN: ReadonlyMap<string, ContentType> = new Map([
  ['application/json', JSON_BODY],
  ['application/vnd.pgrst.object', JSON_BODY],
  ['application/vnd.pgrst.object+json', JSON_BODY],
  ['application/vnd.pgrst.array', JSON_BODY],
  ['application/vnd.pgrst.array+json', JSON_BODY],
  ['text/csv', CSV_BODY],
  ['application/x-www-form-urlencoded', FORM_BODY],
])

/** Reads a Content-Type header; its parameters say nothing, for every body is UTF-8. Without one a body is JSON. */
export function readContentType(header: string | undefined): ContentType {
  if (header === undefined || header === 'application/json') return JSON_BODY
  const [name = ''] = header.split(';', 1)
  const mediaType = name.trim().toLowerCase()
  if (mediaType === '') return JSON_BODY
  return KNOWN.get(mediaType) ?? { kind: 'other', mediaType }
}
