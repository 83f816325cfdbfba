import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import { CONCURRENCY_LIMIT_DEFAULTS } from './concurrency-limit-options.ts'
import { afterSample } from './gradient.ts'

const rules = CONCURRENCY_LIMIT_DEFAULTS

/**
 * A backend that answers `capacity` calls at a time in 10 ms; more of them only wait for each other. Callers always want to
 * call as much as they may.
 */
function simulate(capacity: number, samples: number, limitStart: number) {
  const clock = fakeClock()
  const limit = createConcurrencyLimit('x', { clock, limitStart })
  for (let sample = 0; sample < samples; sample++) {
    const running = limit.limit
    const durationMs = 10 * Math.max(1, running / capacity)
    for (let n = 0; n < running; n++) limit.enter()
    for (let n = 0; n < running; n++) limit.leave('success', durationMs)
    clock.advance(26)
  }
  return limit.limit
}

test('it grows to what the backend can take, and a queue that pays, from either side', () => {
  expect(simulate(100, 3_000, 10)).toBeGreaterThanOrEqual(100)
  expect(simulate(100, 300, 10)).toBeLessThanOrEqual(250)
})

test('it comes down when calls take longer than usual', () => {
  let state = { limit: 100, usualMs: 10 as number | undefined }
  for (let n = 0; n < 20; n++) {
    state = afterSample(state, { meanMs: 100, runningMax: 100, failureRatio: 0 }, rules)
  }
  expect(state.limit).toBeLessThan(40)
})

test('it stays where the callers want less than half of it', () => {
  const state = { limit: 100, usualMs: 10 }
  expect(afterSample(state, { meanMs: 1, runningMax: 49, failureRatio: 0 }, rules).limit).toBe(100)
})

test('many failures lower it, a few do not', () => {
  const state = { limit: 100, usualMs: 10 }
  const after = (failureRatio: number) =>
    afterSample(state, { meanMs: 10, runningMax: 100, failureRatio }, rules).limit
  expect(after(0.11)).toBe(90)
  expect(after(0.1)).toBeGreaterThan(100)
})

test('after a long time of slow calls it soon knows again what is usual', () => {
  let state = { limit: 10, usualMs: 1_000 as number | undefined }
  for (let n = 0; n < 60; n++) {
    state = afterSample(state, { meanMs: 10, runningMax: 10, failureRatio: 0 }, rules)
  }
  expect(state.usualMs).toBeLessThan(40)
})

test('it keeps to its bounds, and refuses what is above it', () => {
  const clock = fakeClock()
  const limit = createConcurrencyLimit('x', { clock, limitStart: 5, limitMin: 2, limitMax: 3 })
  for (let n = 0; n < 3; n++) limit.enter()
  expect(() => limit.enter()).toThrow(expect.objectContaining({ code: 'ST506', status: 503 }))
  limit.leave('neutral', 0)
  limit.enter()
  expect(limit.running).toBe(3)
  for (let n = 0; n < 3; n++) limit.leave('neutral', 0)
  for (let round = 0; round < 100; round++) {
    for (let n = 0; n < 9; n++) {
      limit.enter()
      limit.leave('failure', 1)
    }
    limit.enter()
    clock.advance(250)
    limit.leave('failure', 1)
  }
  expect(limit.limit).toBe(2)
  expect(() => createConcurrencyLimit('x', { tolerance: 0.5 })).toThrow(
    expect.objectContaining({ code: 'ST001' }),
  )
})
