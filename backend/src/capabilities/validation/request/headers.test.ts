import { expect, test } from 'vitest'
import { checkHeaders } from './headers.ts'

test('many headers are refused', () => {
  const lines = Array.from({ length: 101 }, (_, index) => [`x-${index}`, ''])
  expect(() => checkHeaders(lines.slice(1).flat())).not.toThrow()
  expect(() => checkHeaders(lines.flat())).toThrow(
    expect.objectContaining({ code: 'ST419', status: 431 }),
  )
  expect(() => checkHeaders(['a', '1', 'b', '2'], { headersMax: 1 })).toThrow('more than 1')
})

test('what may come once is refused when it comes again, other headers may', () => {
  expect(() => checkHeaders(['Accept', 'a', 'accept', 'b', 'Host', 'x'])).not.toThrow()
  expect(() => checkHeaders(['Authorization', 'a', 'authorization', 'b'])).toThrow(
    expect.objectContaining({ code: 'ST424', status: 400 }),
  )
})
