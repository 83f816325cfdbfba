import { expect, test } from 'vitest'
import { DatabaseError } from '../../capabilities/pool/index.ts'
import { raisedResponse } from './raise.ts'

function raised(message: string, detail?: string) {
  return raisedResponse(
    new DatabaseError({
      severity: 'ERROR',
      code: 'PGRST',
      message,
      detail,
      hint: undefined,
      schema: undefined,
      table: undefined,
      column: undefined,
      constraint: undefined,
    }),
  )
}

const message = '{"code":"123","message":"Payment Required","hint":"Upgrade your plan"}'

test('the database writes the whole answer: status, headers and body', () => {
  expect(raised(message, '{"status":402,"headers":{"X-Quota":"0"}}')).toEqual({
    status: 402,
    headers: { 'X-Quota': '0' },
    body: '{"code":"123","details":null,"hint":"Upgrade your plan","message":"Payment Required"}',
  })
})

test.each([
  ['no JSON', 'nope', '{"status":402,"headers":{}}', 'MESSAGE'],
  ['no code', '{"message":"x"}', '{"status":402,"headers":{}}', 'MESSAGE'],
  ['a list', '[]', '{"status":402,"headers":{}}', 'MESSAGE'],
  ['no detail', message, undefined, 'DETAIL'],
  ['no status', message, '{"headers":{}}', 'DETAIL'],
  ['a status out of range', message, '{"status":42,"headers":{}}', 'DETAIL'],
  ['a header with a line break', message, '{"status":402,"headers":{"X":"a\\r\\nb: c"}}', 'DETAIL'],
])('%s is PGRST121 and says which part', (_what, text, detail, part) => {
  const response = raised(text, detail)
  expect(response.status).toBe(500)
  expect(JSON.parse(response.body)).toMatchObject({
    code: 'PGRST121',
    details: expect.stringContaining(part),
    hint: expect.stringContaining(part),
  })
})
