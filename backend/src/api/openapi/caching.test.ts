import { expect, test } from 'vitest'
import { buildCatalog } from '../../../tests/support/catalog.ts'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import { lintErrors } from '../../../tests/support/openapi-check.ts'
import type { Catalog } from '../../query/catalog/index.ts'
import { type Part, partOf, resolved } from './diff/document.ts'
import { compareDocuments } from './diff/diff.ts'
import { describe } from './describe.ts'

function sent(catalog: Catalog, caching: boolean): Part {
  const options = { schema: 'public', serverUrl: '/', version: '1', anonymous: true, plans: false }
  return JSON.parse(JSON.stringify(describe(catalog, undefined, { ...options, caching }))) as Part
}

const notes = (...names: string[]) =>
  buildCatalog({
    relations: Object.fromEntries(
      names.map(name => [name, { columns: { id: 'integer' }, primaryKey: ['id'] }]),
    ),
  })

function operationOf(document: Part, path: string, method: string) {
  const operation = partOf(partOf(partOf(document, 'paths'), path), method)
  const parameters = operation['parameters'] as readonly Part[]
  const at = (status: string) => resolved(partOf(partOf(operation, 'responses'), status), document)
  return {
    statuses: Object.keys(partOf(operation, 'responses')),
    asked: parameters.map(one => String(resolved(one, document)['name'])),
    told: (status: string) => Object.keys(partOf(at(status), 'headers')),
    words: (status: string) => String(at(status)['description']),
  }
}

const HEADERS = ['Age', 'Cache-Control', 'Cache-Status', 'ETag']
const ASKED = ['If-None-Match', 'Cache-Control']

test('a read says what it takes, and what its answers tell, of the cache', async () => {
  const document = sent(notes('notes'), true)
  const { statuses, asked, told, words } = operationOf(document, '/notes', 'get')
  expect(asked).toEqual(expect.arrayContaining(ASKED))
  for (const status of ['200', '206', '304']) {
    expect(told(status)).toEqual(expect.arrayContaining(HEADERS))
  }
  expect(statuses).toContain('304')
  expect(words('504')).toContain('only-if-cached')
  for (const method of ['post', 'patch', 'delete']) {
    const write = operationOf(document, '/notes', method)
    expect(write.statuses).not.toContain('304')
    expect(write.asked).not.toContain('Cache-Control')
  }
  expect(await lintErrors(document)).toEqual([])
})

test('a call does where it writes nothing: by GET as a read, by POST without tags', async () => {
  const catalog = await catalogOf(`
    create function reads() returns int stable language sql as 'select 1';
    create function writes() returns int volatile language sql as 'select 1';
  `)
  const document = sent(catalog, true)
  const get = operationOf(document, '/rpc/reads', 'get')
  expect([get.asked, get.told('200')]).toEqual([expect.arrayContaining(ASKED), HEADERS])
  expect(get.told('304')).toEqual(HEADERS)
  const post = operationOf(document, '/rpc/reads', 'post')
  expect(post.asked).toContain('Cache-Control')
  expect(post.asked).not.toContain('If-None-Match')
  expect(post.statuses).not.toContain('304')
  const writing = operationOf(document, '/rpc/writes', 'post')
  expect(writing.asked).not.toContain('Cache-Control')
  expect(writing.told('200')).toEqual(['S-Tier-Consistency'])
  expect(await lintErrors(document)).toEqual([])
})

test('without a cache nothing is said of one, and with one nothing else is', () => {
  const catalog = notes('notes', 'not_modified')
  const [without, document] = [sent(catalog, false), sent(catalog, true)]
  expect(JSON.stringify(without)).not.toMatch(/304|Cache|ETag|Age"|If-None-Match|only-if-cached/)
  const changes = compareDocuments(without, document)
  expect(changes.filter(({ breaking }) => breaking)).toEqual([])
  const places = new Set(changes.map(({ at, place }) => `${at.replace(/ \/.*/, '')} ${place}`))
  expect([...places].sort()).toEqual(
    [
      'GET answer 304',
      'GET header Cache-Control',
      'GET header If-None-Match',
      ...HEADERS.flatMap(name => ['NotModified', 'Notes'].map(of => `answer ${of} header ${name}`)),
    ].sort(),
  )
})

test('a relation that is called as the shared answer keeps its name', async () => {
  const document = sent(notes('not_modified'), true)
  const responses = partOf(partOf(document, 'components'), 'responses')
  expect(partOf(responses, 'NotModified')['description']).toBe('Rows of not_modified.')
  expect(operationOf(document, '/not_modified', 'get').told('304')).toEqual(HEADERS)
  expect(await lintErrors(document)).toEqual([])
})

test('what each relation adds is references', () => {
  const names = Array.from({ length: 20 }, (_, index) => `table_${index + 10}`)
  const added = (...tables: string[]) => {
    const catalog = notes(...tables)
    return JSON.stringify(sent(catalog, true)).length - JSON.stringify(sent(catalog, false)).length
  }
  expect((added(...names) - added('table_10')) / 19).toBeLessThan(400)
})
