import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { collect, type CollectFault } from './collect.ts'

function collected(
  pieces: readonly (Buffer | string)[],
  { bytesMax = 10, lengthSaid = Number.NaN, breaks = false } = {},
): Promise<Buffer | CollectFault> {
  const payload = new PassThrough({ objectMode: true }) // Pieces stay as they are.
  const came = new Promise<Buffer | CollectFault>(resolve => {
    collect(payload, bytesMax, lengthSaid, resolve)
  })
  for (const piece of pieces) payload.write(piece)
  if (breaks) payload.destroy(new Error('gone'))
  else payload.end()
  return came
}

test('one piece is taken as it is, several become one', async () => {
  const piece = Buffer.from('{}')
  expect(await collected([piece])).toBe(piece)
  expect(await collected([piece, ' ', piece], { lengthSaid: 5 })).toEqual(Buffer.from('{} {}'))
  expect(await collected([])).toEqual(Buffer.alloc(0))
})

test('more than may come is refused, said or not', async () => {
  expect(await collected([], { lengthSaid: 11 })).toBe('size')
  expect(await collected(['12345', '678901'])).toBe('size')
  expect(await collected(['12345', '67890'])).toHaveLength(10)
})

test('so is what is not as long as was said, and what breaks off', async () => {
  expect(await collected(['1234'], { lengthSaid: 5 })).toBe('length')
  expect(await collected(['1234'], { breaks: true })).toMatchObject({ statusCode: 400 })
})
