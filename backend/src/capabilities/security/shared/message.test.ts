import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import type { Measure } from '../types.ts'
import { formatNews, type News, parseNews, receivedMeasure, shareMeasure } from './message.ts'

const measure: Measure = {
  id: 'm',
  kind: 'ban',
  principal: { kind: 'user+ip', user: 'ada', ip: '::1' },
  rule: 'brute-force',
  reason: 'why',
  evidence: ['a line'],
  scope: 'login',
  sinceMs: 1_000,
  untilMs: 61_000,
  offence: 2,
  delayMs: 0,
  share: 0.5,
  node: 'a',
}

const shared = shareMeasure(measure, 11_000)
const NEWS: readonly News[] = [
  { kind: 'began', node: 'a', measure: shared },
  { kind: 'undone', node: 'a', id: 'm', by: 'me' },
  { kind: 'told', node: 'a', rule: 'r', principal: { kind: 'token', token: 7 }, quietForMs: 5 },
]

test.each(NEWS)('$kind is read as it was written', news => {
  expect(parseNews(formatNews(news))).toEqual(news)
})

test('a measure keeps its duration where clocks differ', () => {
  expect(shared).toMatchObject({ ageMs: 10_000, lastsMs: 50_000 })
  expect(receivedMeasure(shared, 500_000)).toEqual({
    ...measure,
    sinceMs: 490_000,
    untilMs: 550_000,
  })
  expect(receivedMeasure(shared, 500_000, 20_000)).toMatchObject({
    sinceMs: 460_000,
    untilMs: 520_000,
  })
})

const DAMAGED: readonly [string, unknown][] = [
  ['kind', 'kill'],
  ['scope', 'none'],
  ['id', 7],
  ['principal', { kind: 'planet' }],
  ['principal', null],
  ['principal', { kind: 'ip', ip: 7 }],
  ['principal', { kind: 'token', token: 'x' }],
  ['lastsMs', -1],
  ['lastsMs', 1e15],
  ['evidence', 'x'],
  ['evidence', Array(99).fill('x')],
  ['reason', 'x'.repeat(5_000)],
]

test.each(DAMAGED)('a measure with another %s is none: %j', (field, value) => {
  const text = JSON.stringify({
    v: 1,
    kind: 'began',
    node: 'b',
    measure: { ...shared, [field]: value },
  })
  expect(parseNews(text)).toBeUndefined()
})

test(`what is none is ignored (seed ${seed})`, () => {
  for (const text of [
    'null',
    '[]',
    '{"v":2}',
    '{"v":1,"node":"a"}',
    '{"v":1,"node":"a","kind":"began"}',
  ]) {
    expect(parseNews(text)).toBeUndefined()
  }
  expect(parseNews('{"v":1,"node":"a","kind":"undone"}')).toBeUndefined()
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => {
      expect(parseNews(text)).toBeUndefined()
    }),
    { seed },
  )
})
