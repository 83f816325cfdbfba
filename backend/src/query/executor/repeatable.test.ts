import { expect, test } from 'vitest'
import { ConnectionError, DatabaseError } from '../../capabilities/pool/index.ts'
import { NoPrimaryError } from '../../capabilities/replicas/index.ts'
import type { Isolation } from '../catalog/index.ts'
import { isSuspicious, type Repeat, repeatOf } from './repeatable.ts'
import type { Execution } from './types.ts'

interface Kind {
  readonly readOnly?: boolean
  readonly rollback?: boolean
  readonly isolation?: Isolation
  readonly hasKey?: boolean
}

function execution({ readOnly = false, rollback = false, isolation, hasKey }: Kind): Execution {
  return {
    statement: { text: '', name: '', estimate: undefined },
    parameters: [],
    context: {
      ...{ role: 'anon', searchPath: '', claims: '', method: '', path: '', headers: '' },
      ...{ cookies: '', settings: [], readOnly, isolation, rollback },
      preRequest: undefined,
      statementTimeoutMs: undefined,
    },
    signal: undefined,
    ...(hasKey && {
      idempotency: { key: 'k', fingerprint: 'f', keepMs: 1_000, answerBytesMax: 1_000 },
    }),
  }
}

const READ: Kind = { readOnly: true }
const WRITE: Kind = {}

function told(code: string): DatabaseError {
  const nowhere = { schema: undefined, table: undefined, column: undefined, constraint: undefined }
  const fields = { severity: 'ERROR', code, message: code, detail: undefined, hint: undefined }
  return new DatabaseError({ ...fields, ...nowhere })
}

const refused = Object.assign(new Error('resting'), { code: 'ST501' })
const warming = Object.assign(new Error('starting slowly'), { code: 'ST504' })
const notConnected = new ConnectionError('PGRST000', new Error('ECONNREFUSED'))
const lost = new ConnectionError('PGRST001', new Error('ECONNRESET'))

test.each<[string, Kind, Error, Repeat]>([
  ['a read that the breaker refused', READ, refused, 'elsewhere'],
  ['a write that the breaker refused', WRITE, refused, 'elsewhere'],
  ['a read in a slow start', READ, warming, 'elsewhere'],
  ['a read without a connection', READ, notConnected, 'elsewhere'],
  ['a write without a connection: nothing was sent', WRITE, notConnected, 'again'],
  ['a read whose connection was lost', READ, lost, 'again'],
  ['a write whose connection was lost: it may have been committed', WRITE, lost, 'never'],
  ['one that would have been rolled back', { rollback: true }, lost, 'again'],
  ['one with an idempotency key', { hasKey: true }, lost, 'again'],
  ['a write that a standby refused', WRITE, told('25006'), 'again'],
  ['a read that tried to write', READ, told('25006'), 'never'],
  ['a call that a standby ran in the place of the primary', WRITE, new NoPrimaryError(0), 'again'],
  ['a read in the way of recovery', READ, told('40001'), 'elsewhere'],
  ['a serializable read', { readOnly: true, isolation: 'serializable' }, told('40001'), 'never'],
  ['a write that could not be serialized', WRITE, told('40001'), 'never'],
  ['a write that was undone to end a deadlock', WRITE, told('40P01'), 'again'],
  ['a serializable one', { isolation: 'serializable' }, told('40P01'), 'never'],
  ['a duplicate key', WRITE, told('23505'), 'never'],
  ['something without a code', READ, new Error('bug'), 'never'],
])('%s', (_, kind, error, repeat) => {
  expect(repeatOf(execution(kind), error)).toBe(repeat)
})

test('lost connections and refused writes say something about the node, other errors do not', () => {
  const suspicious = (kind: Kind, error: Error) => isSuspicious(execution(kind), error)
  expect([suspicious(READ, notConnected), suspicious(WRITE, lost)]).toEqual([true, true])
  expect([suspicious(WRITE, told('25006')), suspicious(READ, told('25006'))]).toEqual([true, false])
  expect([suspicious(WRITE, told('23505')), suspicious(READ, refused)]).toEqual([false, false])
})
