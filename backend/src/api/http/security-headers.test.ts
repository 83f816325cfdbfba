import { expect, test } from 'vitest'
import { securityHeaders } from './security-headers.ts'

test('an answer may not be sniffed, framed, or load anything', () => {
  expect(securityHeaders()).toMatchObject({
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'cross-origin',
    'strict-transport-security': expect.stringContaining('max-age='),
  })
})
