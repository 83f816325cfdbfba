import { expect, test } from 'vitest'
import { judgeFor } from './judge.ts'
import { VALIDATION_DEFAULTS } from './options.ts'
import { ROUTES_CHECK } from './routes.ts'

const { read, fault } = ROUTES_CHECK

test('routes are written as they are asked for, in several ways', () => {
  expect(read('{"POST /orders": {"mode": "monitor"}, "notes": {"keysMax": "3"}}')).toEqual({
    'POST /orders': { mode: 'monitor' },
    '/notes': { keysMax: 3 },
  })
  expect(read({ 'rpc/total': {}, 'GET /rpc/total': {} })).toEqual({
    '/rpc/total': {},
    'GET /rpc/total': {},
  })
})

test.each([
  ['[]', 'That is no JSON object.'],
  ['{"post /orders": {}}', "'post /orders' is no route such as POST /orders."],
  ['{"/a/b": {}}', "'/a/b' is no route such as POST /orders."],
  ['{"/a": 1}', "What '/a' has is no object."],
  ['{"/a": {"sanitize": {}}}', "'/a' cannot have 'sanitize'."],
  ['{"/a": {"keysMax": 0}}', "keysMax of '/a' must be a whole number from 1 to 100000000."],
])('%s is refused: %s', (text, sentence) => {
  expect(read(text)).toBeUndefined()
  expect(fault?.(text)).toBe(sentence)
})

test('of a route its method counts more than its name, and its name more than all', () => {
  const routes = read({
    '/a': { keysMax: 2, itemsMax: 2 },
    'POST /a': { itemsMax: 3, mode: 'monitor' },
  })!
  const rules = { ...VALIDATION_DEFAULTS, routes }
  const { mode, keysMax, itemsMax } = judgeFor(rules, 'POST /a').rules!
  expect({ mode, keysMax, itemsMax }).toEqual({ mode: 'monitor', keysMax: 2, itemsMax: 3 })
  expect(judgeFor(rules, 'PATCH /a').rules).toMatchObject({ mode: 'enforce', itemsMax: 2 })
  expect(judgeFor(rules, 'POST /b').rules).toBe(rules)
  expect(judgeFor({ ...rules, enabled: false }, 'POST /a').rules).toBeUndefined()
})
