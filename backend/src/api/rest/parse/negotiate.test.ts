import { expect, test } from 'vitest'
import { contentTypeOf, mediaTypeOf } from './media.ts'
import { negotiate } from './negotiate.ts'

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

test('vendored types need JSON, and a handler of any type takes any', () => {
  const document = { types: ['application/openapi+json'], plan: false }
  expect(negotiate('*/*', document)).toEqual({
    kind: 'other',
    mediaType: 'application/openapi+json',
  })
  expect(() => negotiate('application/vnd.pgrst.object+json', document)).toThrow('None of these')
  const anything = { types: ['*/*'], plan: false }
  expect(negotiate('audio/ogg', anything)).toEqual({ kind: 'other', mediaType: 'audio/ogg' })
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

test('bytes are what a handler of any type makes of any type', () => {
  expect(contentTypeOf(negotiate('*/*', { types: ['*/*'], plan: false }))).toBe(
    'application/octet-stream',
  )
})

test('a media type is spelled without charset', () => {
  expect(mediaTypeOf({ kind: 'csv' })).toBe('text/csv')
})
