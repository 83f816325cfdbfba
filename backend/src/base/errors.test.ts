import { expect, test } from 'vitest'
import { assert, BugError, STierError, unreachable } from './index.ts'

class FullError extends STierError {
  readonly code = 'ST499'
  readonly status = 503

  constructor(cause?: unknown) {
    const headers = { 'retry-after': '1' }
    super('Full', { details: { room: 0 }, hint: 'Come back.', headers, cause })
  }
}

test('an error carries what a client matches, what HTTP sends and what a person reads', () => {
  const cause = new Error('why')
  const error = new FullError(cause)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'FullError',
    code: 'ST499',
    status: 503,
    message: 'Full',
    details: { room: 0 },
    hint: 'Come back.',
    headers: { 'retry-after': '1' },
    cause,
  })
})

test('an error without more to say has nulls, no headers and no cause', () => {
  const error = new BugError('Broken')
  expect(error).toMatchObject({
    code: 'ST900',
    status: 500,
    details: null,
    hint: null,
    headers: {},
  })
  expect('cause' in error).toBe(false)
})

test('an assertion that fails is a bug, and one that holds is nothing', () => {
  expect(() => assert(0, 'zero')).toThrow(BugError)
  expect(() => assert(undefined, 'a row was there')).toThrow(
    'This should not have happened: a row was there',
  )
  assert('something', 'never thrown')
})

test('the end of a complete switch says what came unexpected', () => {
  expect(() => unreachable('moon' as never)).toThrow('unexpected "moon"')
})
