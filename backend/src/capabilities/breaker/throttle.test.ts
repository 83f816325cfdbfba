import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { createBreaker } from './breaker.ts'
import { createThrottle } from './throttle.ts'

test('while calls are answered none is dropped', () => {
  const throttle = createThrottle({ clock: fakeClock(), random: () => 0 })
  for (let n = 0; n < 1_000; n++) {
    expect(throttle.admits()).toBe(true)
    throttle.accepted()
  }
  expect(throttle.dropRatio()).toBe(0)
})

test('the more fail, the more are dropped, and one a second passes', () => {
  const clock = fakeClock()
  const throttle = createThrottle({ clock, random: () => 0 })
  for (let n = 0; n < 5; n++) expect(throttle.admits()).toBe(true)
  let passed = 0
  for (let n = 0; n < 500; n++) {
    clock.advance(10)
    if (throttle.admits()) passed++
  }
  expect(passed).toBeGreaterThanOrEqual(5)
  expect(passed).toBeLessThanOrEqual(7)
  expect(throttle.dropRatio()).toBeGreaterThan(0.9)
  clock.advance(10_000)
  expect(throttle.dropRatio()).toBe(0)
})

test('half of the calls failing drops a quarter of them', () => {
  const throttle = createThrottle({ clock: fakeClock(), random: () => 1 })
  for (let n = 0; n < 10_000; n++) {
    throttle.admits()
    if (n % 2 === 0) throttle.accepted()
  }
  expect(throttle.dropRatio()).toBeCloseTo(0.25, 2)
})

test('a breaker refuses before it opens where it is asked to', () => {
  const clock = fakeClock()
  const options = { clock, random: () => 0, failuresToOpen: 1_000, failureRatio: 0 }
  const breaker = createBreaker('x', { ...options, throttle: true })
  const codes: unknown[] = []
  for (let n = 0; n < 20; n++) {
    try {
      breaker.leave(breaker.enter(), n === 0 ? 'success' : 'failure', 0)
    } catch (error) {
      codes.push((error as { code: string }).code)
    }
  }
  expect(codes.length).toBeGreaterThan(5)
  expect(new Set(codes)).toEqual(new Set(['ST505']))
  expect(breaker.status()).toMatchObject({ state: 'closed', refused: codes.length })
  expect(breaker.status().dropRatio).toBeGreaterThan(0)
})

test('calls that say nothing about what was called do not count against it', () => {
  const breaker = createBreaker('x', { clock: fakeClock(), random: () => 0, throttle: true })
  for (let n = 0; n < 100; n++) breaker.leave(breaker.enter(), 'neutral', 0)
  expect(breaker.status()).toMatchObject({ dropRatio: 0, refused: 0 })
})
