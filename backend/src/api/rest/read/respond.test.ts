import { expect, test } from 'vitest'
import { compiled, planned } from '../../../../tests/support/library.ts'
import { read } from '../../../../tests/support/requests.ts'
import type { Answer } from '../../../query/executor/index.ts'
import { NO_PREFERENCES, type Preferences, parseQuery } from '../parse/index.ts'
import type { RestResponse } from '../response.ts'
import { readResponse } from './respond.ts'
import type { UnderstoodRead } from '../understood.ts'

/** A response to two books, under a cap of three rows, with what a test changes. */
function respond(
  answer: Partial<Answer>,
  call: Partial<Pick<UnderstoodRead, 'media' | 'profile'>> = {},
  count?: Preferences['count'],
  queryString = '',
): RestResponse {
  const plan = planned(read('books'), 3)
  const statement = compiled(plan, { count })
  const query = parseQuery(queryString)
  return readResponse(
    {
      ...{ body: '[]', rows: 2, total: null, estimated: null, status: null, headers: null },
      ...{ location: null, inserted: null, databaseMs: 0, waitMs: 0 },
      ...answer,
    },
    {
      prepared: { plan, statement },
      parameters: query.parameters,
      range: query.range,
      media: { kind: 'json', stripNulls: false },
      preferences: { ...NO_PREFERENCES, count },
      profile: { schema: 'public', negotiated: false },
      targetNames: query.targetNames,
      location: '/books',
      ...call,
    },
  )
}

function rangeOf(count: Preferences['count'], answer: Partial<Answer>, queryString = ''): unknown {
  return respond(answer, {}, count, queryString).headers['content-range']
}

test('a total is what was counted, or what was planned, or unknown', () => {
  expect(rangeOf('exact', { total: 9 })).toBe('0-1/9')
  expect(rangeOf('planned', { estimated: 8 })).toBe('0-1/8')
  expect(rangeOf(undefined, {})).toBe('0-1/*')
})

test('an estimated total is exact up to the cap, whatever the estimate', () => {
  expect(rangeOf('estimated', { total: 3, estimated: 900 })).toBe('0-1/3')
  expect(rangeOf('estimated', { total: 2, estimated: 0 })).toBe('0-1/2')
})

test('beyond the cap it is the estimate, but never less than what was counted or is given', () => {
  expect(rangeOf('estimated', { total: 4, estimated: 900 })).toBe('0-1/900')
  expect(rangeOf('estimated', { total: 4, estimated: 1 })).toBe('0-1/4')
  expect(rangeOf('estimated', { total: 4, estimated: 1 }, 'offset=100')).toBe('100-101/102')
})

test('one object is refused when there are none or several', () => {
  const media = { kind: 'object', stripNulls: false } as const
  expect(respond({ rows: 1, body: '{}' }, { media }).body).toBe('{}')
  for (const rows of [0, 2]) {
    expect(() => respond({ rows }, { media })).toThrow(
      expect.objectContaining({ code: 'PGRST116' }),
    )
  }
})

test('a schema that was chosen, or could have been, is named', () => {
  const profile = { schema: 'archive', negotiated: true }
  expect(respond({}, { profile }).headers).toMatchObject({ 'content-profile': 'archive' })
  expect(respond({}).headers).not.toHaveProperty('content-profile')
})

test('what the transaction left as status and headers replaces ours', () => {
  const headers = '[{"Content-Type": "text/plain"}, {"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"}]'
  expect(respond({ status: '418', headers })).toMatchObject({
    status: 418,
    headers: {
      'content-type': 'text/plain',
      'set-cookie': ['a=1', 'b=2'],
      vary: expect.anything(),
    },
  })
  expect(respond({ status: '404' }).headers).toMatchObject({ 'content-range': '0-1/*' })
})

test.each(['teapot', '99', '600', '200.5'])('%s is no status', status => {
  expect(() => respond({ status })).toThrow(expect.objectContaining({ code: 'PGRST112' }))
})

test.each(['X: 1', '{}', '[1]', '[null]', '[{}]', '[{"A": "1", "B": "2"}]', '[{"A": 1}]'])(
  '%s are no headers',
  headers => {
    expect(() => respond({ headers })).toThrow(expect.objectContaining({ code: 'PGRST111' }))
  },
)
