import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import type { LimiterEvent } from './events.ts'
import { createRuleSource } from './rule-source.ts'
import type { LimitRules } from './types.ts'

function rig(answers: (LimitRules | Error)[]) {
  const clock = fakeClock()
  const events: LimiterEvent[] = []
  const applied: LimitRules[] = []
  let looks = 0
  const source = createRuleSource({
    async read() {
      const answer = answers[Math.min(looks++, answers.length - 1)]!
      if (answer instanceof Error) throw answer
      return answer
    },
    apply(rules) {
      if ('wrong' in rules) throw new Error('a wrong rule')
      applied.push(rules)
    },
    clock,
    observe: event => events.push(event),
  })
  const second = async () => {
    clock.advance(1_000)
    await source.look()
  }
  return { source, applied, events, second, looks: () => looks }
}

const ONE = { one: { limit: 1 } }
const TWO = { one: { limit: 2 } }

test('rules are applied when they are others than before', async () => {
  const { source, applied, second, events } = rig([ONE, ONE, TWO])
  await source.start()
  await second()
  expect(applied).toEqual([ONE])
  await second()
  expect(applied).toEqual([ONE, TWO])
  expect(events).toEqual([])
  source.stop()
})

test('what cannot be read or is wrong changes nothing, and is told once', async () => {
  const gone = new Error('gone')
  const { source, applied, second, events } = rig([ONE, gone, gone, { wrong: null }, ONE, TWO])
  await source.start()
  for (let n = 0; n < 5; n++) await second()
  expect(applied).toEqual([ONE, TWO])
  expect(events).toEqual([
    { kind: 'limiter.rules-unread', error: gone },
    { kind: 'limiter.rules-unread', error: new Error('a wrong rule') },
  ])
  source.stop()
})

test('after a stop nobody looks any more', async () => {
  const { source, looks, applied } = rig([ONE])
  const starting = source.start()
  source.stop()
  await starting
  expect(applied).toEqual([])
  expect(looks()).toBe(1)
})
