import { expect, test } from 'vitest'
import { compareDocuments, isDocument } from './diff.ts'
import type { Part } from './document.ts'
import { changeReport } from './report.ts'

/** A document with one operation: `POST /items` sends and answers a schema. */
function documentOf(parts: {
  sent?: Part
  answered?: Part
  operation?: Part
  components?: Part
  document?: Part
}): Part {
  const json = (schema: Part | undefined) => ({ 'application/json': { schema: schema ?? {} } })
  const operation = {
    requestBody: { content: json(parts.sent) },
    responses: { 200: { content: json(parts.answered) } },
    ...parts.operation,
  }
  return {
    openapi: '3.1.0',
    paths: { '/items': { post: operation } },
    components: parts.components ?? {},
    ...parts.document,
  }
}

/** `! place: message` for what breaks, `- place: message` for the rest. */
function lines(older: Part, newer: Part): readonly string[] {
  return compareDocuments(older, newer).map(
    ({ breaking, at, place, message }) => `${breaking ? '!' : '-'} ${at} | ${place}: ${message}`,
  )
}

const POST = 'POST /items'
const object = (properties: Part, required: readonly string[] = []): Part => ({
  type: 'object',
  properties,
  required,
})
const text = { type: 'string' }
const whole = { type: 'integer' }

test('nothing changed, nothing said; texts and examples do not count', () => {
  const schema = object({ name: text })
  const older = documentOf({ sent: schema, operation: { summary: 'Add an item' } })
  const newer = documentOf({ sent: { ...schema, description: 'New' }, operation: { tags: ['a'] } })
  expect(lines(older, newer)).toEqual([])
  expect(changeReport([])).toBe('Nothing changed that a client could notice.\n')
})

/** What becomes of a schema that is sent, and of one that is answered. `!` breaks, `-` does not, none: not said. */
const SCHEMAS: readonly {
  name: string
  from: Part
  to: Part
  sent: readonly string[]
  answered: readonly string[]
}[] = [
  {
    name: 'a property is gone',
    from: object({ name: text, size: whole }),
    to: object({ name: text }),
    sent: ['! size: the property is gone'],
    answered: ['! size: the property is gone'],
  },
  {
    name: 'a property is new',
    from: object({}),
    to: object({ size: whole }),
    sent: ['- size: the property is new'],
    answered: ['- size: the property is new'],
  },
  {
    name: 'a new property is required',
    from: object({}),
    to: object({ size: whole }, ['size']),
    sent: ['! size: the property is new and required'],
    answered: ['- size: the property is new and required'],
  },
  {
    name: 'a property becomes required',
    from: object({ size: whole }),
    to: object({ size: whole }, ['size']),
    sent: ['! size: it is required now'],
    answered: ['- size: it is required now'],
  },
  {
    name: 'a property becomes optional',
    from: object({ size: whole }, ['size']),
    to: object({ size: whole }),
    sent: ['- size: it need not be there any more'],
    answered: ['! size: it need not be there any more'],
  },
  {
    name: 'the type is another one',
    from: whole,
    to: text,
    sent: ['! : its type was integer and is string'],
    answered: ['! : its type was integer and is string'],
  },
  {
    name: 'null is possible',
    from: text,
    to: { type: ['string', 'null'] },
    sent: ['- : its type was string and is string or null'],
    answered: ['! : its type was string and is string or null'],
  },
  {
    name: 'null is impossible',
    from: { type: ['string', 'null'] },
    to: text,
    sent: ['! : its type was string or null and is string'],
    answered: ['- : its type was string or null and is string'],
  },
  {
    name: 'whole numbers become numbers',
    from: whole,
    to: { type: 'number' },
    sent: ['- : its type was integer and is number'],
    answered: ['! : its type was integer and is number'],
  },
  {
    name: 'the type is closed to one',
    from: {},
    to: text,
    sent: ['! : its type was any and is string'],
    answered: ['- : its type was any and is string'],
  },
  {
    name: 'an enum has a further value',
    from: { ...text, enum: ['a'] },
    to: { ...text, enum: ['a', 'b'] },
    sent: ['- : "b" is new'],
    answered: ['! : "b" is new'],
  },
  {
    name: 'an enum loses a value',
    from: { ...text, enum: ['a', 'b'] },
    to: { ...text, enum: ['a'] },
    sent: ['! : "b" is gone'],
    answered: ['- : "b" is gone'],
  },
  {
    name: 'an enum is opened',
    from: { ...text, enum: ['a'] },
    to: text,
    sent: ['- : its values are no longer a closed list'],
    answered: ['! : its values are no longer a closed list'],
  },
  {
    name: 'a text becomes an enum',
    from: text,
    to: { ...text, const: 'a' },
    sent: ['! : only certain values are left'],
    answered: ['- : only certain values are left'],
  },
  {
    name: 'an integer grows',
    from: { ...whole, format: 'int32' },
    to: { ...whole, format: 'int64' },
    sent: ['- : its format was int32 and is int64'],
    answered: ['! : its format was int32 and is int64'],
  },
  {
    name: 'a text becomes a date',
    from: text,
    to: { ...text, format: 'date' },
    sent: ['! : its format was open and is date'],
    answered: ['- : its format was open and is date'],
  },
  {
    name: 'a date becomes a moment',
    from: { ...text, format: 'date' },
    to: { ...text, format: 'date-time' },
    sent: ['! : its format was date and is date-time'],
    answered: ['! : its format was date and is date-time'],
  },
  {
    name: 'a format that is only a word',
    from: { ...text, format: 'citext' },
    to: { ...text, format: 'text' },
    sent: ['- : its format was citext and is text'],
    answered: ['- : its format was citext and is text'],
  },
  {
    name: 'a text may be shorter only',
    from: { ...text, maxLength: 20 },
    to: { ...text, maxLength: 10 },
    sent: ['! : its maxLength was 20 and is 10'],
    answered: ['- : its maxLength was 20 and is 10'],
  },
  {
    name: 'a bound is lifted',
    from: { ...whole, minimum: 0 },
    to: whole,
    sent: ['- : its minimum was 0 and is open'],
    answered: ['- : its minimum was 0 and is open'],
  },
  {
    name: 'a lower bound rises',
    from: { ...whole, minimum: 0 },
    to: { ...whole, minimum: 1 },
    sent: ['! : its minimum was 0 and is 1'],
    answered: ['- : its minimum was 0 and is 1'],
  },
  {
    name: 'a pattern is new',
    from: text,
    to: { ...text, pattern: '^a' },
    sent: ['! : its pattern was open and is "^a"'],
    answered: ['- : its pattern was open and is "^a"'],
  },
  {
    name: 'what a list holds',
    from: { type: 'array', items: whole },
    to: { type: 'array', items: text },
    sent: ['! each element: its type was integer and is string'],
    answered: ['! each element: its type was integer and is string'],
  },
  {
    name: 'what a map holds',
    from: { type: 'object', additionalProperties: whole },
    to: { type: 'object', additionalProperties: text },
    sent: ['! other members: its type was integer and is string'],
    answered: ['! other members: its type was integer and is string'],
  },
  {
    name: 'a further alternative',
    from: { anyOf: [text] },
    to: { anyOf: [text, whole] },
    sent: ['- : it can also be integer'],
    answered: ['! : it can also be integer'],
  },
  {
    name: 'an alternative less',
    from: { oneOf: [text, whole] },
    to: { oneOf: [text] },
    sent: ['! : it cannot be integer any more'],
    answered: ['- : it cannot be integer any more'],
  },
  {
    name: 'a list of types is a choice as well',
    from: { type: ['string', 'null'] },
    to: { anyOf: [text, { type: 'null' }] },
    sent: [],
    answered: [],
  },
  {
    name: 'a further condition',
    from: { allOf: [text] },
    to: { allOf: [text, { minLength: 1 }] },
    sent: ['! : it must satisfy a further schema'],
    answered: ['- : it must satisfy a further schema'],
  },
  {
    name: 'a condition less',
    from: { allOf: [text, { minLength: 1 }] },
    to: { allOf: [text] },
    sent: ['- : it satisfies one schema less'],
    answered: ['! : it satisfies one schema less'],
  },
]

test.each(SCHEMAS)('$name', ({ from, to, sent, answered }) => {
  const short = (all: readonly string[], where: string) =>
    all.map(line => line.replace(new RegExp(`^(.) ${POST} \\| ${where}(?:, )?`), '$1 '))
  expect(short(lines(documentOf({ sent: from }), documentOf({ sent: to })), 'body')).toEqual(sent)
  const changed = lines(documentOf({ answered: from }), documentOf({ answered: to }))
  expect(short(changed, 'answer 200')).toEqual(answered)
})

const OPERATIONS: readonly { name: string; from: Part; to: Part; said: readonly string[] }[] = [
  {
    name: 'a parameter is gone',
    from: { parameters: [{ in: 'query', name: 'id' }] },
    to: {},
    said: [`! ${POST} | query id: the parameter is gone`],
  },
  {
    name: 'an optional parameter is new',
    from: {},
    to: { parameters: [{ in: 'query', name: 'id' }] },
    said: [`- ${POST} | query id: the parameter is new`],
  },
  {
    name: 'a required parameter is new',
    from: {},
    to: { parameters: [{ in: 'query', name: 'id', required: true }] },
    said: [`! ${POST} | query id: the parameter is new and required`],
  },
  {
    name: 'a parameter becomes required',
    from: { parameters: [{ in: 'query', name: 'id' }] },
    to: { parameters: [{ in: 'query', name: 'id', required: true }] },
    said: [`! ${POST} | query id: it is required now`],
  },
  {
    name: 'a parameter takes less',
    from: { parameters: [{ in: 'query', name: 'id', schema: text }] },
    to: { parameters: [{ in: 'query', name: 'id', schema: whole }] },
    said: [`! ${POST} | query id: its type was string and is integer`],
  },
  {
    name: 'a body becomes required',
    from: {},
    to: { requestBody: { required: true, content: { 'application/json': { schema: {} } } } },
    said: [`! ${POST} | body: it is required now`],
  },
  {
    name: 'a media type is gone and another one new',
    from: { requestBody: { content: { 'text/csv': {} } } },
    to: { requestBody: { content: { 'text/plain': {} } } },
    said: [
      `! ${POST} | body, text/csv: the media type is gone`,
      `- ${POST} | body, text/plain: the media type is new`,
    ],
  },
  {
    name: 'a success is not given any more, an error neither',
    from: { responses: { 200: {}, 201: {}, 404: {} } },
    to: { responses: { 200: {}, 409: {} } },
    said: [
      `! ${POST} | answer 201: it is not given any more`,
      `- ${POST} | answer 404: it is not given any more`,
      `- ${POST} | answer 409: it is new`,
    ],
  },
  {
    name: 'a header is gone',
    from: { responses: { 200: { headers: { Location: {} } } } },
    to: { responses: { 200: { headers: { ETag: {} } } } },
    said: [
      `! ${POST} | answer 200, header Location: the header is gone`,
      `- ${POST} | answer 200, header ETag: the header is new`,
    ],
  },
  {
    name: 'the name that generated functions have',
    from: { operationId: 'addItem' },
    to: { operationId: 'createItem' },
    said: [`! ${POST} | : its operationId was addItem and is createItem`],
  },
  {
    name: 'a token is needed',
    from: { security: [{}, { token: [] }] },
    to: { security: [{ token: [] }] },
    said: [`! ${POST} | : it needs a token now`],
  },
]

test.each(OPERATIONS)('$name', ({ from, to, said }) => {
  expect(lines(documentOf({ operation: from }), documentOf({ operation: to }))).toEqual(said)
})

test('a body that is taken no more, and one that is taken now', () => {
  const document = (operation: Part): Part => ({
    openapi: '3.1.0',
    paths: { '/items': { post: { responses: {}, ...operation } } },
  })
  const body = { content: { 'application/json': {} } }
  const [bare, optional] = [document({}), document({ requestBody: body })]
  const required = document({ requestBody: { ...body, required: true } })
  expect(lines(optional, bare)).toEqual([`! ${POST} | body: no body is taken any more`])
  expect(lines(bare, optional)).toEqual([`- ${POST} | body: one is taken now`])
  expect(lines(bare, required)).toEqual([`! ${POST} | body: it is required now`])
})

test('paths and operations that are gone break, new ones do not', () => {
  const document = (paths: Part): Part => ({ openapi: '3.1.0', paths })
  const older = document({ '/a': { get: {}, post: {} }, '/b': { get: {} } })
  const newer = document({ '/a': { get: {}, put: {} }, '/c': { get: {} } })
  expect(lines(older, newer)).toEqual([
    '! POST /a | : the operation is gone',
    '! /b | : the path is gone',
    '- PUT /a | : the operation is new',
    '- /c | : the path is new',
  ])
})

test('what several operations refer to is told once, for each way it is used', () => {
  const reference = { $ref: '#/components/schemas/Item' }
  const document = (properties: Part): Part => {
    const content = { 'application/json': { schema: reference } }
    const answers = { responses: { 200: { content } } }
    return {
      openapi: '3.1.0',
      paths: {
        '/items': { get: answers, post: { requestBody: { content }, ...answers } },
        '/others': { get: answers },
      },
      components: { schemas: { Item: object(properties, ['name']) } },
    }
  }
  expect(lines(document({ name: text }), document({ name: whole }))).toEqual([
    '! schema Item | as answered, name: its type was string and is integer',
    '! schema Item | as sent, name: its type was string and is integer',
  ])
})

test('shared parameters and answers are told once', () => {
  const document = (schema: Part, headers: Part): Part => {
    const operation = {
      parameters: [{ $ref: '#/components/parameters/Id' }],
      responses: { 200: { $ref: '#/components/responses/Rows' } },
    }
    return {
      openapi: '3.1.0',
      paths: { '/a': { get: operation }, '/b': { get: operation } },
      components: {
        parameters: { Id: { in: 'query', name: 'id', schema } },
        responses: { Rows: { headers } },
      },
    }
  }
  expect(lines(document(text, { ETag: {} }), document(whole, {}))).toEqual([
    '! parameter Id | : its type was string and is integer',
    '! answer Rows | header ETag: the header is gone',
  ])
})

test('schemas that lead back to themselves end', () => {
  const document = (properties: Part): Part =>
    documentOf({
      answered: { $ref: '#/components/schemas/Node' },
      components: {
        schemas: { Node: object({ ...properties, next: { $ref: '#/components/schemas/Node' } }) },
      },
    })
  expect(lines(document({}), document({ size: whole }))).toEqual([
    '- schema Node | as answered, size: the property is new',
  ])
})

test('a reference may be null beside; its schema is still compared', () => {
  const document = (schema: Part): Part =>
    documentOf({
      answered: { anyOf: [{ $ref: '#/components/schemas/Size' }, { type: 'null' }] },
      components: { schemas: { Size: schema } },
    })
  expect(lines(document({ enum: ['s'] }), document({ enum: ['s', 'm'] }))).toEqual([
    '! schema Size | as answered: "m" is new',
  ])
})

test('the report has what breaks first, by place, and counts', () => {
  const older = documentOf({ answered: object({ name: text }), sent: object({}) })
  const newer = documentOf({ answered: object({}), sent: object({ size: whole }) })
  expect(changeReport(compareDocuments(older, newer))).toBe(`Breaking
  POST /items
    answer 200, name: the property is gone

Harmless
  POST /items
    body, size: the property is new

Breaking changes: 1, others: 1.
`)
})

test.each([
  [{ openapi: '3.1.0', paths: {} }, true],
  [{ openapi: '3.0.3', paths: {} }, true],
  [{ swagger: '2.0', paths: {} }, false],
  [{ openapi: '3.1.0' }, false],
  ['3.1.0', false],
])('%j is a document: %s', (value, expected) => {
  expect(isDocument(value)).toBe(expected)
})
