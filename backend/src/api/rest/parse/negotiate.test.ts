import { expect, test } from 'vitest'
import type { MediaHandler } from '../../../query/catalog/index.ts'
import { contentTypeOf, mediaTypeOf } from './media.ts'
import { type MediaHandlers, negotiate } from './negotiate.ts'

const offer = {
  types: ['application/json', 'text/csv', 'application/geo+json', 'image/png', 'text/plain'],
  plan: true,
}
const json = { kind: 'json', stripNulls: false }

test.each([
  [undefined, json],
  ['', json],
  ['*/*', json],
  ['application/json', json],
  ['application/json; charset=utf-8', json],
  ['application/*', json],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', json],
  ['application/vnd.pgrst.array+json', json],
  ['application/vnd.pgrst.array;nulls=stripped', { kind: 'json', stripNulls: true }],
  ['application/vnd.pgrst.object', { kind: 'object', stripNulls: false }],
  ['ApplicatIon/vnd.PgRsT.object+json', { kind: 'object', stripNulls: false }],
  ['application/vnd.pgrst.object+json; nulls=stripped', { kind: 'object', stripNulls: true }],
  ['text/csv', { kind: 'csv' }],
  ['text/*', { kind: 'csv' }],
  ['application/geo+json', { kind: 'geojson' }],
  ['image/png', { kind: 'other', mediaType: 'image/png' }],
  ['text/plain;q=0.4, text/csv;q=0.5', { kind: 'csv' }],
  ['text/csv;q=x, text/plain;q=0.9', { kind: 'csv' }],
  ['text/*, text/plain', { kind: 'other', mediaType: 'text/plain' }],
  ['text/html, image/png', { kind: 'other', mediaType: 'image/png' }],
  ['text/csv;q=0, application/json;q=0.1', json],
])('Accept: %s is answered with %o', (accept, media) => {
  expect(negotiate(accept, offer)).toEqual(media)
})

test('a plan says its format, what it would answer and its options', () => {
  const plan = { kind: 'plan', format: 'text', answer: json, options: [] }
  expect(negotiate('application/vnd.pgrst.plan', offer)).toEqual(plan)
  expect(negotiate('application/vnd.pgrst.plan+text; for="text/csv"', offer)).toEqual({
    ...plan,
    answer: { kind: 'csv' },
  })
  const asked =
    'application/vnd.pgrst.plan+json; for="application/vnd.pgrst.object+json;nulls=stripped"; options=wal|analyze|x'
  const media = negotiate(asked, offer)
  expect(media).toEqual({
    kind: 'plan',
    format: 'json',
    answer: { kind: 'object', stripNulls: true },
    options: ['analyze', 'wal'],
  })
  expect(contentTypeOf(media)).toBe(
    'application/vnd.pgrst.plan+json; for="application/vnd.pgrst.object+json;nulls=stripped"; options=analyze|wal; charset=utf-8',
  )
})

test.each([
  ['text/unknowntype', 'text/unknowntype'],
  ['audio/*, text/html', 'text/html, audio/*'],
  ['text/xml;q=0.1, application/pdf', 'application/pdf, text/xml'],
  ['application/vnd.pgrst.plan;for="text/xml"', 'application/vnd.pgrst.plan+text; for="text/xml"'],
])('Accept: %s cannot be answered', (accept, names) => {
  const message = `None of these media types are available: ${names}`
  const error = { code: 'PGRST107', status: 406, message }
  expect(() => negotiate(accept, offer)).toThrow(expect.objectContaining(error))
})

test('plans are given where they are enabled', () => {
  const ask = () => negotiate('application/vnd.pgrst.plan', { ...offer, plan: false })
  expect(ask).toThrow(expect.objectContaining({ code: 'PGRST107' }))
})

test('vendored types need JSON', () => {
  const document = { types: ['application/openapi+json'], plan: false }
  expect(negotiate('*/*', document)).toEqual({
    kind: 'other',
    mediaType: 'application/openapi+json',
  })
  expect(() => negotiate('application/vnd.pgrst.object+json', document)).toThrow('None of these')
})

test.each([
  ['application/json', 'application/json; charset=utf-8'],
  [
    'application/vnd.pgrst.array;nulls=stripped',
    'application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8',
  ],
  ['application/vnd.pgrst.object', 'application/vnd.pgrst.object+json; charset=utf-8'],
  ['text/csv', 'text/csv; charset=utf-8'],
  ['application/geo+json', 'application/geo+json; charset=utf-8'],
  ['text/plain', 'text/plain; charset=utf-8'],
  ['image/png', 'image/png'],
])('an answer of %s has the Content-Type %s', (accept, contentType) => {
  expect(contentTypeOf(negotiate(accept, offer))).toBe(contentType)
})

function handler(mediaType: string, schema = 'own'): MediaHandler {
  const made = { schema, name: 'made' }
  return { mediaType, function: made, aggregate: true, relation: null, bytes: false }
}

function handlers(own: readonly string[], anything: readonly string[]): MediaHandlers {
  return {
    own: new Map(own.map(type => [type, handler(type)])),
    anything: new Map(anything.map(type => [type, handler(type, 'anything')])),
  }
}

const made = handlers(['text/csv', 'image/png'], ['image/png', 'image/gif', 'application/json'])

test.each([
  ['image/png', 'image/png', 'own'],
  ['image/gif', 'image/gif', 'anything'],
  ['text/csv;q=0.5, image/gif;q=0.1', 'text/csv', 'own'],
  ['image/*', 'image/png', 'own'],
  ['application/json', 'application/json', 'anything'],
  ['application/vnd.pgrst.array', 'application/json', 'anything'],
])('Accept: %s is made as %s by the handler of %s', (accept, mediaType, schema) => {
  const media = negotiate(accept, { ...offer, handlers: made })
  expect(media).toMatchObject({ kind: 'handler', mediaType, handler: { function: { schema } } })
})

test.each([
  [undefined, json],
  ['*/*', json],
  ['application/geo+json', { kind: 'geojson' }],
  ['application/vnd.pgrst.object', { kind: 'object', stripNulls: false }],
  ['application/vnd.pgrst.array;nulls=stripped', { kind: 'json', stripNulls: true }],
])('beside handlers, Accept: %s is still answered with %o', (accept, media) => {
  expect(negotiate(accept, { ...offer, handlers: made })).toEqual(media)
})

test('the own handler of any type takes all but the vendored types', () => {
  const offered = { ...offer, handlers: handlers(['*/*', 'image/png'], []) }
  for (const accept of ['application/json', 'image/png', 'no/such', 'text/csv']) {
    const any = { mediaType: '*/*' }
    expect(negotiate(accept, offered)).toMatchObject({ mediaType: accept, handler: any })
  }
  for (const accept of [undefined, '', '*/*']) {
    expect(negotiate(accept, offered)).toMatchObject({ kind: 'handler', mediaType: '*/*' })
  }
  expect(negotiate('application/vnd.pgrst.object', offered)).toMatchObject({ kind: 'object' })
})

test('the handler of any type for anything is for those who do not mind', () => {
  const offered = { ...offer, handlers: handlers([], ['*/*']) }
  expect(negotiate(undefined, offered)).toMatchObject({ kind: 'handler', mediaType: '*/*' })
  expect(negotiate('application/json', offered)).toEqual(json)
  expect(() => negotiate('no/such', offered)).toThrow('None of these')
})

test('the plan of what a handler makes', () => {
  const media = negotiate('application/vnd.pgrst.plan;for="image/png"', {
    ...offer,
    handlers: made,
  })
  expect(media).toMatchObject({ kind: 'plan', answer: { kind: 'handler', mediaType: 'image/png' } })
  expect(contentTypeOf(media)).toContain('for="image/png"')
})

test.each([
  ['text/csv', 'text/csv; charset=utf-8'],
  ['application/json', 'application/json; charset=utf-8'],
  ['image/png', 'image/png'],
])('what a handler makes of %s has the Content-Type %s', (mediaType, contentType) => {
  expect(contentTypeOf({ kind: 'handler', mediaType, handler: handler(mediaType) })).toBe(
    contentType,
  )
})

test('bytes are what a handler of any type makes of any type', () => {
  for (const mediaType of ['*/*', 'text/plain']) {
    const media = { kind: 'handler', mediaType, handler: handler('*/*') } as const
    expect(contentTypeOf(media)).toBe('application/octet-stream')
  }
})

test('a media type is spelled without charset', () => {
  expect(mediaTypeOf({ kind: 'csv' })).toBe('text/csv')
})
