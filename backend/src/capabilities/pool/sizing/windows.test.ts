import { expect, test } from 'vitest'
import type { SizingSample } from './sizing.ts'
import { createWindows } from './windows.ts'

function sample(now: number, seen: Partial<SizingSample> = {}): SizingSample {
  const quiet = { size: 10, busy: 0, busyMean: 0, waiting: 0, waitP95Ms: 0 }
  return { now, ...quiet, completed: 0, holdMeanMs: 0, limit: 100, ...seen }
}

test('samples that the pool takes in between are put together', () => {
  const windows = createWindows(5)
  expect(windows.add(sample(1_000))).toBeUndefined()
  const early = sample(1_050, { busyMean: 10, completed: 10, holdMeanMs: 2, waitP95Ms: 9 })
  expect(windows.add(early)).toBeUndefined()
  const late = sample(1_250, { busyMean: 5, completed: 30, holdMeanMs: 6 })
  expect(windows.add(late)).toEqual({
    at: 1_250,
    ms: 250,
    size: 10,
    busy: 6,
    perSecond: 160,
    holdMs: 5,
    isFull: false,
    isQueued: true,
  })
})

test('full is when hardly anything was idle', () => {
  const windows = createWindows(5)
  windows.add(sample(0))
  expect(windows.add(sample(250, { busyMean: 9.4 }))).toMatchObject({ isFull: true })
  expect(windows.add(sample(500, { busyMean: 9.2 }))).toMatchObject({ isFull: false })
  expect(windows.add(sample(750, { size: 0 }))).toMatchObject({ isFull: false })
})

test('a process that was stopped for a while has seen nothing', () => {
  const windows = createWindows(5)
  windows.add(sample(0))
  expect(windows.add(sample(60_000, { completed: 5 }))).toBeUndefined()
  expect(windows.add(sample(60_250, { completed: 5 }))).toMatchObject({ perSecond: 20 })
})
