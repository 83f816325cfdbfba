import { expect, test, vi } from 'vitest'
import { ignoreEvents, systemClock } from './index.ts'

test('the machine clock goes forward, and knows the date', () => {
  const before = systemClock.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  expect(Math.abs(systemClock.epochMs() - Date.now())).toBeLessThan(60_000)
})

test('it calls back once', async () => {
  const callback = vi.fn()
  systemClock.after(1, callback)
  await vi.waitFor(() => expect(callback).toHaveBeenCalledTimes(1))
})

test('a cancelled call does not come', async () => {
  const cancelled = vi.fn()
  const later = vi.fn()
  systemClock.after(1, cancelled)()
  systemClock.after(20, later)
  await vi.waitFor(() => expect(later).toHaveBeenCalled())
  expect(cancelled).not.toHaveBeenCalled()
})

test('who does not listen hears nothing', () => {
  expect(ignoreEvents({ kind: 'anything' })).toBeUndefined()
})
