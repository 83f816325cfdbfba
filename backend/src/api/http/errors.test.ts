import { expect, test } from 'vitest'
import { BugError } from '../../base/index.ts'
import { DatabaseError, PoolQueueFullError } from '../../capabilities/pool/index.ts'
import { errorResponse } from './errors.ts'

function databaseError(code: string, message: string, detail?: string) {
  const none = { hint: undefined, schema: undefined, table: undefined, column: undefined }
  return new DatabaseError({
    ...none,
    severity: 'ERROR',
    code,
    message,
    detail,
    constraint: undefined,
  })
}

test('the body is compact and in the order code, details, hint, message', () => {
  const error = databaseError('23505', 'duplicate key', 'Key (id)=(1) already exists.')
  expect(errorResponse(error, false)).toEqual({
    status: 409,
    headers: { 'proxy-status': 'S-Tier; error=23505' },
    body: '{"code":"23505","details":"Key (id)=(1) already exists.","hint":null,"message":"duplicate key"}',
  })
})

test('an anonymous caller who is refused is told how to come back', () => {
  const error = databaseError('42501', 'permission denied for table loans')
  expect(errorResponse(error, true)).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer' },
  })
  expect(errorResponse(error, false).status).toBe(403)
})

test('an error brings its own headers', () => {
  expect(errorResponse(new PoolQueueFullError(5), true)).toMatchObject({
    status: 503,
    headers: { 'retry-after': expect.any(String) },
  })
})

test('what nobody meant to throw tells nothing of itself', () => {
  const { status, body } = errorResponse(new TypeError('password=hunter2 is not iterable'), true)
  expect(status).toBe(500)
  expect(body).not.toContain('hunter2')
  expect(JSON.parse(body)).toMatchObject({ code: 'ST900' })
  expect(errorResponse('a string', true).status).toBe(500)
})

test('a bug that the code noticed itself is told as one', () => {
  expect(JSON.parse(errorResponse(new BugError('a sentence'), true).body).code).toBe('ST900')
})

test('what Fastify refuses is answered in the same form', () => {
  const refused = (code: string, statusCode: number) =>
    errorResponse(Object.assign(new Error('framework words'), { code, statusCode }), true)
  expect(JSON.parse(refused('FST_ERR_CTP_BODY_TOO_LARGE', 413).body).code).toBe('ST101')
  expect(JSON.parse(refused('FST_ERR_BAD_URL', 400).body).code).toBe('ST103')
  expect(JSON.parse(refused('FST_ERR_SOMETHING_NEW', 400).body)).toMatchObject({
    code: 'ST100',
    message: 'framework words',
  })
  expect(JSON.parse(refused('FST_ERR_INSIDE', 500).body).code).toBe('ST900')
})
