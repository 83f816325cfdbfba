import { expect, test } from 'vitest'
import { parseRuleTests } from './parse.ts'
import { runRuleTests } from './run.ts'

const DENIED = {
  rules: { 'denied-often': { events: ['access.denied'], per: 'user', threshold: 3 } },
  tests: [
    {
      name: 'the third one is found',
      events: [{ kind: 'access.denied', ip: '192.0.2.1', user: 'ada', times: 4 }],
      expect: { 'denied-often': { afterEvents: 3, outcome: 'logged' } },
    },
    {
      name: 'guessing leads to a ban',
      events: [
        { kind: 'auth.failed', ip: '192.0.2.1', user: 'bob', credential: 'wrong-{n}', times: 5 },
      ],
      expect: { 'brute-force': { alerts: 1, afterEvents: 5, outcome: 'ban' } },
    },
    {
      name: 'a mail client that has an old password is nobody',
      events: [
        { kind: 'auth.failed', ip: '192.0.2.1', user: 'bob', credential: 'old', times: 50 },
        { kind: 'access.denied', ip: '192.0.2.{n}', user: 'u{n}', times: 5, everyMs: 10 },
      ],
      expect: {},
    },
  ],
}

const run = (file: object) => runRuleTests(parseRuleTests(JSON.stringify(file), 'tests.json'))

test('rules that do as expected have no faults', () => {
  expect(run(DENIED)).toEqual(DENIED.tests.map(({ name }) => ({ name, faults: [] })))
})

test('what is not as expected is told, and so is what nobody expected', () => {
  const [denied] = DENIED.tests
  const expecting = (given: object, mode = 'act') =>
    run({ ...DENIED, tests: [{ ...denied, mode, expect: given }] })[0]?.faults
  expect(expecting({})).toEqual(['denied-often has found something, unexpectedly'])
  expect(expecting({ 'denied-often': 2 })).toEqual(['denied-often was told 1 times, not 2'])
  expect(expecting({ 'denied-often': 1, scanning: 0 })).toEqual([])
  expect(expecting({ 'denied-often': { afterEvents: 2 } })).toEqual([
    'denied-often: afterEvents is 3, not 2',
  ])
  expect(expecting({ 'denied-often': { outcome: 'logged' } }, 'watch')).toEqual([
    'denied-often: outcome is watched, not logged',
  ])
})

const event = { kind: 'read', ip: '192.0.2.1' }
const one = (parts: object) => ({ tests: [{ name: 'a', events: [event], expect: {}, ...parts }] })

test.each([
  ['[]', 'no JSON object'],
  ['{', 'no JSON object'],
  [{ tests: [] }, 'tests is empty'],
  [{ ...one({}), rule: {} }, `'rule' is no part`],
  [{ ...one({}), rules: { x: { treshold: 1 } } }, 'treshold'],
  [one({ name: 7 }), 'needs a name'],
  [one({ nmae: 7 }), `no 'nmae'`],
  [one({ mode: 'dry' }), 'mode is'],
  [one({ events: [{ ...event, kind: 'x' }] }), 'kind must be one of'],
  [one({ events: [{ kind: 'read' }] }), 'needs kind and ip'],
  [one({ events: [{ ...event, usr: 'x' }] }), `'usr' is none of`],
  [one({ events: [{ ...event, rows: 'x' }] }), 'rows must be a whole number'],
  [one({ events: [{ ...event, times: 1e9 }] }), 'times must be'],
  [one({ events: [{ ...event, sought: {} }] }), 'sought must be'],
  [one({ expect: [] }), 'expect is no object'],
  [one({ expect: { x: 'y' } }), 'no object'],
  [one({ expect: { x: { alert: 1 } } }), `'alert' is none of`],
  [one({ expect: { x: { outcome: 'kill' } } }), 'outcome must be one of'],
])('%j is refused', (given, words) => {
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  const read = () => parseRuleTests(text, 'tests.json')
  expect(read).toThrow(expect.objectContaining({ code: 'ST438' }))
  expect(read).toThrow(words)
})
