import { expect, test } from 'vitest'
import { BugError } from '../../base/index.ts'
import { BreakerOpenError } from '../../capabilities/breaker/index.ts'
import {
  ConnectionError,
  DatabaseError,
  DeadlineError,
  PoolEndedError,
  PoolQueueFullError,
  PoolTimeoutError,
} from '../../capabilities/pool/index.ts'
import { NoNodeError, NoPrimaryError } from '../../capabilities/replicas/index.ts'
import type { Refused } from './database-hints.ts'
import { errorResponse } from './errors.ts'
import { UnknownPathError } from './request-errors.ts'

/** A GET of this role. */
const by = (role: string, parts: Partial<Refused> = {}): Refused => ({
  identity: { role, anonymous: role === 'anon' },
  method: 'GET',
  isCall: false,
  login: 'authenticator',
  placeHint: () => undefined,
  ...parts,
})

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
  expect(errorResponse(error, by('member'))).toEqual({
    status: 409,
    headers: { 'proxy-status': 'S-Tier; error=23505' },
    body: '{"code":"23505","details":"Key (id)=(1) already exists.","hint":null,"message":"duplicate key"}',
  })
})

test('an anonymous caller who is refused is told how to come back', () => {
  const error = databaseError('42501', 'permission denied for table loans')
  expect(errorResponse(error, by('anon'))).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer' },
  })
  expect(errorResponse(error, by('member')).status).toBe(403)
})

test('an error brings its own headers', () => {
  expect(errorResponse(new PoolQueueFullError(5), by('anon'))).toMatchObject({
    status: 503,
    headers: { 'retry-after': expect.any(String) },
  })
})

test.each([
  [new BreakerOpenError('primary', 1_500), 503, 'ST501', '2'],
  [new NoPrimaryError(5_000), 503, 'ST502', '1'],
  [new NoNodeError(5_000), 503, 'ST503', '1'],
  [new ConnectionError('PGRST000', undefined), 503, 'PGRST000', '1'],
  [new ConnectionError('PGRST001', undefined), 503, 'PGRST001', '1'],
  [new PoolTimeoutError(10_000), 504, 'PGRST003', '1'],
  [new PoolQueueFullError(5), 503, 'ST510', '1'],
  [new PoolEndedError(), 503, 'ST511', '1'],
  [new DeadlineError(), 504, 'ST514', '1'],
])('%s of the way to the database says when to come back', (error, status, code, seconds) => {
  const answer = errorResponse(error, by('member'))
  expect(answer).toMatchObject({
    status,
    headers: { 'retry-after': seconds, 'proxy-status': `S-Tier; error=${code}` },
  })
  const { message, details, hint } = error
  expect(answer.body).toBe(JSON.stringify({ code, details, hint, message }))
})

test('what nobody meant to throw tells nothing of itself', () => {
  const { status, body } = errorResponse(
    new TypeError('password=hunter2 is not iterable'),
    by('anon'),
  )
  expect(status).toBe(500)
  expect(body).not.toContain('hunter2')
  expect(JSON.parse(body)).toMatchObject({ code: 'ST900' })
  expect(errorResponse('a string', by('anon')).status).toBe(500)
})

test('a bug that the code noticed itself is told as one', () => {
  expect(JSON.parse(errorResponse(new BugError('a sentence'), by('anon')).body).code).toBe('ST900')
})

test('what Fastify refuses is answered in the same form', () => {
  const refused = (code: string, statusCode: number) =>
    errorResponse(Object.assign(new Error('framework words'), { code, statusCode }), by('anon'))
  expect(JSON.parse(refused('FST_ERR_CTP_BODY_TOO_LARGE', 413).body).code).toBe('ST101')
  expect(JSON.parse(refused('FST_ERR_BAD_URL', 400).body).code).toBe('ST103')
  expect(JSON.parse(refused('FST_ERR_SOMETHING_NEW', 400).body)).toMatchObject({
    code: 'ST100',
    message: 'framework words',
  })
  expect(JSON.parse(refused('FST_ERR_INSIDE', 500).body).code).toBe('ST900')
})

test('a missing grant is named, for the role of the request and what it wanted to do', () => {
  const hintOf = (message: string, refused: Refused) =>
    JSON.parse(errorResponse(databaseError('42501', message), refused).body).hint
  const denied = 'permission denied for table loans'
  expect(hintOf(denied, by('anon'))).toBe('Send a token, or: grant select on "loans" to "anon".')
  expect(hintOf(denied, by('member'))).toBe('To allow it: grant select on "loans" to "member".')
  expect(hintOf(denied, by('member', { method: 'PATCH' }))).toBe(
    'To allow it: grant update on "loans" to "member", and select where rows are filtered or answered.',
  )
  expect(hintOf(denied, by('member', { method: 'POST', isCall: true }))).toBe(
    'To allow it: grant select, insert, update or delete on "loans" to "member".',
  )
  expect(hintOf('permission denied for sequence a"b', by('member', { method: 'POST' }))).toBe(
    'To allow it: grant usage on sequence "a""b" to "member".',
  )
  expect(hintOf('permission denied for function f', by('member'))).toContain(
    'grant execute on function "f"',
  )
  expect(hintOf('permission denied for schema s', by('member'))).toContain(
    'grant usage on schema "s"',
  )
  expect(hintOf('permission denied to set role "boss"', by('boss'))).toBe(
    'The server may not become this role: grant "boss" to "authenticator".',
  )
})

test('other words, another language and unknown callers get no grant', () => {
  const hintOf = (message: string, refused: Refused) =>
    JSON.parse(errorResponse(databaseError('42501', message), refused).body).hint
  const policy = 'new row violates row-level security policy for table "wishes"'
  expect(hintOf(policy, by('member'))).toBeNull()
  expect(hintOf('keine Berechtigung für Tabelle loans', by('member'))).toBeNull()
  expect(hintOf('permission denied for table loans', by('a', { identity: undefined }))).toBeNull()
})

test('a role that does not exist is one to create, if it is that of the request', () => {
  const hintOf = (role: string) =>
    JSON.parse(errorResponse(databaseError('22023', 'role "x" does not exist'), by(role)).body).hint
  expect(hintOf('x')).toBe(
    'The token names it. Name a role that there is, or: create role "x" nologin; grant "x" to "authenticator".',
  )
  expect(hintOf('member')).toBeNull()
})

test('a function that writes is called by POST, and is volatile', () => {
  const hintOf = (parts: Partial<Refused>) => {
    const error = databaseError('25006', 'cannot execute INSERT in a read-only transaction')
    return JSON.parse(errorResponse(error, by('member', parts)).body).hint
  }
  expect(hintOf({ isCall: true })).toContain('with POST')
  expect(hintOf({ isCall: true, method: 'POST' })).toContain('volatile')
  expect(hintOf({ isCall: true, method: 'POST' })).toContain('standby')
  expect(hintOf({})).toBeNull()
})

test('a write that the database does not take is told to go to the primary', () => {
  const error = databaseError('25006', 'cannot execute INSERT in a read-only transaction')
  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
    const { status, body } = errorResponse(error, by('member', { method }))
    expect(status).toBe(405)
    expect(JSON.parse(body).hint).toMatch(/^The database takes no writes now: it is a standby/)
  }
})

test("PostgreSQL's own hint is the one that is told", () => {
  const fields = databaseError('42501', 'permission denied for table loans')
  const hinted = new DatabaseError({ ...fields, detail: undefined, hint: 'Ask Ada.' })
  expect(JSON.parse(errorResponse(hinted, by('anon')).body).hint).toBe('Ask Ada.')
})

test('what is not there is perhaps somewhere else', () => {
  const placeHint = () => 'Relations are below /rest/v1.'
  const hintOf = (error: Error) =>
    JSON.parse(errorResponse(error, by('anon', { placeHint })).body).hint
  expect(hintOf(new UnknownPathError('/books'))).toBe('Relations are below /rest/v1.')
  expect(hintOf(new UnknownPathError('/books', 'Its own.'))).toBe('Its own.')
  expect(hintOf(new PoolQueueFullError(5))).toBe('Try again in 1 s.')
})
