import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { createBreaker } from '../../../capabilities/breaker/index.ts'
import { createComeback } from './comeback.ts'

function setup() {
  const clock = fakeClock()
  const breaker = createBreaker('node', { clock, failuresToOpen: 1, slowStartFrom: 0 })
  const comeback = createComeback(breaker, clock)
  const call = (ending: 'success' | 'failure') => breaker.leave(breaker.enter(), ending, 0)
  return { clock, breaker, comeback, call }
}

test('a node that answers the watch after its breaker opened is tried soon', () => {
  const { clock, breaker, comeback, call } = setup()
  call('failure')
  clock.advance(1)
  comeback.answered(clock.now())
  expect(breaker.isAdmitting).toBe(false)
  clock.advance(50)
  expect(breaker.isAdmitting).toBe(true)
})

test('an answer to a question from before says nothing', () => {
  const { clock, breaker, comeback, call } = setup()
  const askedAt = clock.now()
  clock.advance(1)
  call('failure')
  comeback.answered(askedAt)
  clock.advance(59_999)
  expect(breaker.isAdmitting).toBe(false)
})

test('trials in vain come after twice the time each, and at last after the whole rest', () => {
  const { clock, breaker, comeback, call } = setup()
  call('failure')
  const rests: number[] = []
  for (let trial = 0; trial < 13; trial++) {
    const openedAt = clock.now()
    comeback.answered(openedAt)
    while (!breaker.isAdmitting) clock.advance(50)
    rests.push(clock.now() - openedAt)
    call('failure')
  }
  expect(rests.slice(0, 4)).toEqual([50, 100, 200, 400])
  expect(rests.slice(-2)).toEqual([60_000, 60_000])
})

test('after closing, the next opening is the first again', () => {
  const { clock, breaker, comeback, call } = setup()
  call('failure')
  comeback.answered(clock.now())
  clock.advance(50)
  call('failure')
  comeback.answered(clock.now())
  clock.advance(100)
  call('success')
  call('success')
  call('failure')
  comeback.answered(clock.now())
  clock.advance(50)
  expect(breaker.isAdmitting).toBe(true)
})

test('one that somebody has isolated stays so', () => {
  const { clock, breaker, comeback } = setup()
  breaker.isolate('maintenance')
  comeback.answered(clock.now())
  clock.advance(60_000)
  expect(breaker.isAdmitting).toBe(false)
})
