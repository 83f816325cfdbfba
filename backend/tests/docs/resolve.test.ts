import { expect, test } from 'vitest'

/** The page's own script, as the browser loads it. */
const { resolved } = (await import(
  new URL('../../assets/docs/resolve.js', import.meta.url).href
)) as Record<'resolved', (part: unknown, at: (path: readonly string[]) => unknown) => unknown>

const DOCUMENT: Record<string, unknown> = {
  paths: { '/a': { get: { $ref: '#/parts/get~1it' } } },
  parts: {
    'get/it': { row: { $ref: '#/parts/Row', description: 'of its own' } },
    Row: {
      properties: { id: { type: 'integer' }, $ref: { type: 'string' } },
      description: 'a row',
    },
    Tree: { name: 'tree', branches: [{ $ref: '#/parts/Tree' }] },
  },
}

function at(path: readonly string[]): unknown {
  return path.reduce<unknown>((part, name) => Object(part)[name], DOCUMENT)
}

test('references are followed, one after the other; what stands beside them comes first', () => {
  expect(resolved(at(['paths', '/a', 'get']), at)).toEqual({
    row: {
      properties: { id: { type: 'integer' }, $ref: { type: 'string' } },
      description: 'of its own',
    },
  })
})

test('a reference that leads back to itself stays', () => {
  expect(resolved({ $ref: '#/parts/Tree' }, at)).toEqual({
    ...{ name: 'tree', branches: [{ $ref: '#/parts/Tree' }] },
  })
})

test.each(['#/parts/Nothing', 'other.json#/parts/Row'])('%s leads nowhere and stays', $ref => {
  expect(resolved([{ $ref }], at)).toEqual([{ $ref }])
})

test('where there is nothing, there is nothing', () => {
  expect(resolved(at(['paths', '/b']), at)).toBeUndefined()
})
