import { expect, test } from 'vitest'
import { createCors } from './cors.ts'

const preflight = {
  origin: 'https://shop.example',
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'Foo, Bar',
}

test('without a list every origin may read, without credentials', () => {
  expect(createCors([]).headersFor({ origin: 'https://shop.example' })).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': expect.stringContaining('Content-Range'),
  })
  expect(createCors([]).headersFor({ origin: 'https://shop.example' })).toMatchObject({
    'access-control-expose-headers': expect.stringContaining('S-Tier-Consistency'),
  })
  expect(createCors([]).headersFor({})).toEqual({})
})

test('a preflight is told the methods, its own headers back and how long it may remember', () => {
  expect(createCors([]).preflight('OPTIONS', preflight)).toEqual({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD',
    'access-control-allow-headers':
      'Authorization, Foo, Bar, Accept, Accept-Language, Content-Language',
    'access-control-max-age': '86400',
  })
})

test('OPTIONS without the headers of a preflight is not one', () => {
  expect(createCors([]).preflight('OPTIONS', { origin: 'https://shop.example' })).toBeUndefined()
  expect(createCors([]).preflight('GET', preflight)).toBeUndefined()
})

test('with a list, only its origins are named, with credentials, and caches are told that it varies', () => {
  const cors = createCors(['https://shop.example'])
  expect(cors.headersFor({ origin: 'https://shop.example' })).toMatchObject({
    'access-control-allow-origin': 'https://shop.example',
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  })
  expect(cors.headersFor({ origin: 'https://other.example' })).not.toHaveProperty(
    'access-control-allow-origin',
  )
  expect(cors.headersFor({})).toEqual({ vary: 'Origin' })
})

test('what is no header name is not echoed', () => {
  const asked = { ...preflight, 'access-control-request-headers': 'X-Good, bad header, <b>' }
  expect(createCors([]).preflight('OPTIONS', asked)?.['access-control-allow-headers']).toBe(
    'Authorization, X-Good, Accept, Accept-Language, Content-Language',
  )
})
