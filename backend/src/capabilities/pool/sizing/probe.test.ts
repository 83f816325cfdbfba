import { expect, test } from 'vitest'
import { Probe } from './probe.ts'
import type { Window } from './windows.ts'

function windows(count: number, size: number, perSecond: number, seen: Partial<Window> = {}) {
  return Array.from({ length: count }, (_, index): Window => {
    const wobble = 1 + 0.04 * ((index % 3) - 1)
    const rest = { busy: size, holdMs: 1, isFull: true, isQueued: true }
    return { at: index * 250, ms: 250, size, perSecond: perSecond * wobble, ...rest, ...seen }
  })
}

function judge(probe: Probe, after: readonly Window[]) {
  for (const window of after) {
    const verdict = probe.add(window)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

test.each([
  ['growth that brings what it promises is better', 10, 15, 1_500, 'better'],
  ['growth that brings nothing is worse', 10, 15, 1_000, 'worse'],
  ['growth that costs is worse', 10, 15, 800, 'worse'],
  ['shrinking that costs nothing is better', 50, 40, 1_000, 'better'],
  ['shrinking that brings something is better', 50, 40, 1_200, 'better'],
  ['shrinking that costs as much as it takes is worse', 50, 40, 800, 'worse'],
])('%s', (_name, from, to, after, kind) => {
  const probe = new Probe(from, to, windows(8, from, 1_000), 0)
  expect(judge(probe, windows(30, to, after))).toMatchObject({ kind, isClear: true })
})

test('what lies at the border is looked at longer, and said to be in doubt', () => {
  const probe = new Probe(10, 15, windows(4, 10, 1_000), 0)
  const noisy = windows(40, 15, 1_085).map((window, index) => ({
    ...window,
    perSecond: window.perSecond * (1 + 0.15 * Math.sin(index * 1.7)),
  }))
  expect(judge(probe, noisy.slice(0, 25))).toBeUndefined()
  expect(judge(probe, noisy.slice(25))).toMatchObject({ facts: { windows: 24 } })
})

test('where nobody lacks a connection there is nothing to compare', () => {
  const probe = new Probe(10, 15, windows(8, 10, 1_000), 0)
  expect(judge(probe, windows(10, 15, 1_000, { isFull: false }))).toMatchObject({ kind: 'served' })
})

test('the windows while connections open do not count; those that never open are given up', () => {
  const probe = new Probe(10, 15, windows(8, 10, 1_000), 0)
  expect(judge(probe, windows(30, 12, 100))).toBeUndefined()
  expect(judge(probe, windows(60, 12, 100))).toMatchObject({ kind: 'not-opened' })
})

test('when the budget gives another size, measuring begins anew', () => {
  const probe = new Probe(10, 15, windows(8, 10, 1_000), 0)
  expect(judge(probe, windows(5, 15, 100))).toBeUndefined()
  probe.aimAt(12, 1_250)
  expect(judge(probe, windows(30, 12, 1_200))).toMatchObject({ kind: 'better' })
})
