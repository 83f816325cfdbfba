import { expect, test } from 'vitest'
import { createLatencyGradient } from './latency-gradient.ts'
import type { Window } from './windows.ts'

function held(holdMs: number | undefined): Window {
  return {
    at: 0,
    ms: 250,
    size: 10,
    busy: 5,
    perSecond: 100,
    holdMs,
    isFull: false,
    isQueued: false,
  }
}

function gradientOf(...times: readonly [count: number, holdMs: number][]) {
  const gradient = createLatencyGradient()
  for (const [count, holdMs] of times) {
    for (let index = 0; index < count; index++) gradient.add(held(holdMs))
  }
  return gradient
}

test('before anything is known, nothing is slow', () => {
  const gradient = createLatencyGradient()
  gradient.add(held(undefined))
  expect(gradient.value).toBe(1)
  expect(gradient.isSlow).toBe(false)
  expect(gradientOf([4, 10], [2, 100]).isSlow).toBe(false)
})

test('a database that takes three times as long as a rule is slow', () => {
  const gradient = gradientOf([400, 10], [12, 30])
  expect(gradient.isSlow).toBe(true)
  expect(gradient.value).toBeLessThan(0.5)
})

test('what stays so is the rule after a few minutes', () => {
  expect(gradientOf([400, 10], [1_200, 30]).isSlow).toBe(false)
})

test('longer times that were worth it are the rule at once', () => {
  const gradient = gradientOf([400, 10], [40, 30])
  gradient.accept()
  expect(gradient.isSlow).toBe(false)
})

test('after a slow time the long average comes down within a minute', () => {
  const gradient = gradientOf([600, 100], [240, 10])
  expect(gradient.value).toBeLessThan(2.1)
})
