import { expect, test } from 'vitest'
import { derivedNames } from './derived-names.ts'
import { type Exchange, validationOf } from './validated.ts'

const ERROR = {
  type: 'object',
  required: ['code', 'message'],
  properties: { code: { type: 'string' } },
}
const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const DOCUMENT = {
  openapi: '3.1.0',
  paths: {
    '/my%20films': {
      get: {
        responses: {
          200: { $ref: '#/components/responses/Films' },
          default: { $ref: '#/components/responses/Failure' },
        },
      },
    },
  },
  components: {
    schemas: { Film: { type: 'object', properties: { id: { type: 'integer' } } }, Error: ERROR },
    responses: {
      Films: json({ type: 'array', items: { $ref: '#/components/schemas/Film' } }),
      Failure: json({ $ref: '#/components/schemas/Error' }),
    },
  },
}

function complaints(parts: Partial<Exchange>): readonly string[] {
  const exchange = { method: 'GET', target: '/my%20films', status: 200, body: '[{"id":1}]' }
  const contentType = 'application/json; charset=utf-8'
  return validationOf(DOCUMENT).complaints({ ...exchange, contentType, ...parts })
}

test.each<[string, Partial<Exchange>]>([
  ['as documented', {}],
  ['without rows', { body: '[]' }],
  ['without a body', { method: 'HEAD', body: '' }],
  [
    'with a member that select made',
    { target: '/my%20films?select=id::text', body: '[{"id":"1"}]' },
  ],
  ['refused', { status: 400, body: '{"code":"22P02","message":"no"}' }],
  ['not there', { target: '/x', status: 404, body: '{"code":"PGRST205","message":"no"}' }],
])('an answer %s has nothing against it', (_name, parts) => {
  expect(complaints(parts)).toEqual([])
})

test.each<[string, Partial<Exchange>, RegExp]>([
  ['of another type', { body: '[{"id":"1"}]' }, /\/0\/id must be integer/],
  ['that is no list', { body: '{"id":1}' }, /must be array/],
  ['of another media type', { contentType: 'text/csv' }, /has no media type text\/csv/],
  ['with another status', { status: 201 }, /has no answer 201/],
  [
    'that is refused in no words',
    { status: 400, body: '{}' },
    /must have required property 'code'/,
  ],
  ['of an undocumented path', { target: '/x' }, /is not documented, but is answered with 200/],
  ['of an undocumented method', { method: 'POST' }, /is not documented, but is answered/],
])('an answer %s is found', (_name, parts, words) => {
  expect(complaints(parts).join()).toMatch(words)
})

test.each([
  ['id,title', []],
  ['*,n:title', ['n']],
  ['id::text', ['id']],
  ['details->a->>b,details->0', ['b', 'details']],
  ['price.sum(),count()', ['sum', 'count']],
  ['books!inner(title,id),authors(*)', ['books', 'authors']],
  ['...authors(name,n:born)', ['name', 'n']],
  ['"a,b":title,"c:d"', ['a,b']],
])('of %s these members are not columns: %j', (select, names) => {
  expect([...derivedNames(select)].filter(name => !name.includes(':'))).toEqual(names)
})
