import { expect, test } from 'vitest'
import { splitUrl, targetOf } from './target.ts'

test('a URL is its path and what follows the first question mark', () => {
  expect(splitUrl('/books')).toEqual({ path: '/books', queryString: '' })
  expect(splitUrl('/books?a=b?c')).toEqual({ path: '/books', queryString: 'a=b?c' })
  expect(splitUrl('/books?')).toEqual({ path: '/books', queryString: '' })
})

test.each([
  ['/', '/', { kind: 'root' }],
  ['/rest/v1', '/rest/v1', { kind: 'root' }],
  ['/rest/v1/', '/rest/v1', { kind: 'root' }],
  ['/books', '/', { kind: 'relation', name: 'books' }],
  ['/rest/v1/books', '/rest/v1', { kind: 'relation', name: 'books' }],
  ['/rest/v1/b%C3%BCcher%2F1', '/rest/v1', { kind: 'relation', name: 'bücher/1' }],
  ['/rest/v1/rpc', '/rest/v1', { kind: 'relation', name: 'rpc' }],
  ['/rpc/search', '/', { kind: 'function', name: 'search' }],
  ['/rest/v1/rpc/a%20b', '/rest/v1', { kind: 'function', name: 'a b' }],
])('%s below %s', (path, prefix, target) => {
  expect(targetOf(path, prefix)).toEqual(target)
})

test.each(['/books/1', '/rpc/', '/rpc/a/b', '/%ff', '/a%00b', '/%', '//'])(
  '%s is no path of ours',
  path => {
    expect(() => targetOf(path, '/')).toThrow(expect.objectContaining({ code: 'PGRST125' }))
  },
)

test('a URL with scheme and host names the same path', () => {
  expect(splitUrl('http://api.example:3000/books?select=id')).toEqual({
    path: '/books',
    queryString: 'select=id',
  })
})
