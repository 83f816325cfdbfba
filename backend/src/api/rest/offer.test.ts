import { expect, test } from 'vitest'
import { buildCatalog } from '../../../tests/support/catalog.ts'
import { path } from '../../../tests/support/requests.ts'
import type { Catalog, MediaHandler, Routine, TypeRef } from '../../query/catalog/index.ts'
import { DATABASE_DEFAULTS } from '../../query/executor/index.ts'
import type { SelectRequest } from '../../query/plan/index.ts'
import { offerOf, type Resource } from './offer.ts'

const books = { schema: 'public', name: 'books' }
const whole: SelectRequest[] = [{ kind: 'star' }]
const part: SelectRequest[] = [{ kind: 'field', field: path('id') }]
const plain = buildCatalog({ relations: { books: { columns: { id: 'integer' } } } })
const withHandlers: Catalog = {
  ...plain,
  schemas: ['public', 'other'],
  mediaHandlers: [
    handler('text/html', 'html', { schema: 'other' }),
    handler('text/html', 'html'),
    handler('image/png', 'covers', { relation: books }),
    handler('image/png', 'films', { relation: { schema: 'public', name: 'films' } }),
    handler('image/gif', 'pixel', { aggregate: false }),
  ],
}

function handler(
  mediaType: string,
  name: string,
  {
    schema = 'public',
    relation = null,
    aggregate = true,
  }: Partial<MediaHandler & { schema: string }> = {},
): MediaHandler {
  return { mediaType, function: { schema, name }, aggregate, relation, bytes: false }
}

function offered(resource: Resource, catalog = withHandlers) {
  const { handlers } = offerOf(catalog, DATABASE_DEFAULTS, resource)
  const names = (map: ReadonlyMap<string, MediaHandler> | undefined) =>
    Array.from(map ?? [], ([type, { function: made }]) => `${type} by ${made.schema}.${made.name}`)
  return { own: names(handlers?.own), anything: names(handlers?.anything) }
}

const text: TypeRef = {
  ...{ oid: 25, schema: 'pg_catalog', name: 'text', formatted: 'text' },
  ...{ baseOid: 25, kind: 'base', elementOid: null },
}

function routine(returns: Routine['returns']): Pick<Routine, 'schema' | 'name' | 'returns'> {
  return { schema: 'public', name: 'found', returns }
}

test('JSON and CSV are offered everywhere, GeoJSON where PostGIS is', () => {
  const resource = { relation: books, select: whole }
  expect(offerOf(plain, DATABASE_DEFAULTS, resource)).toEqual({
    types: ['application/json', 'text/csv'],
    handlers: undefined,
    plan: false,
  })
  const { types } = offerOf({ ...plain, hasPostgis: true }, DATABASE_DEFAULTS, resource)
  expect(types).toEqual(['application/json', 'text/csv', 'application/geo+json'])
})

test('the handler in the schema that is configured first holds', () => {
  expect(offered({ select: part }).anything).toEqual(['text/html by public.html'])
})

test('a relation has its own handlers for whole rows', () => {
  const own = ['image/png by public.covers']
  expect(offered({ relation: books, select: whole }).own).toEqual(own)
  expect(offered({ relation: books, select: part }).own).toEqual([])
  expect(offered({ relation: { ...books, name: 'authors' }, select: whole }).own).toEqual([])
})

test('what a function answers has the handlers of its relation, or is a media type itself', () => {
  const rows = routine({ set: true, type: text, kind: 'relation', relation: books }) as Routine
  expect(offered({ routine: rows, select: whole }).own).toEqual(['image/png by public.covers'])
  const type: TypeRef = { ...text, name: 'Image/SVG+xml', kind: 'domain' }
  const image = routine({ set: false, type, kind: 'scalar' }) as Routine
  expect(offered({ routine: image, select: whole }).own).toEqual(['image/svg+xml by public.found'])
  const images = routine({ set: true, type, kind: 'scalar' }) as Routine
  expect(offered({ routine: images, select: whole }).own).toEqual([])
  const scalar = routine({ set: false, type: text, kind: 'scalar' }) as Routine
  expect(offered({ routine: scalar, select: whole }).own).toEqual([])
})
