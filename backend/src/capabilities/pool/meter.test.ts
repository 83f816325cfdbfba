import { expect, test } from 'vitest'
import { Meter } from './meter.ts'

test('use is weighed by time', () => {
  const meter = new Meter(0)
  meter.changed(0, 2, 4)
  meter.changed(750, 4, 4)
  meter.interval(1_000)
  expect(meter.lately).toMatchObject({ busyMean: 2.5, utilisation: 0.625 })
})

test('what was before a long silence is not counted', () => {
  const meter = new Meter(0)
  meter.changed(0, 4, 4)
  meter.interval(250)
  meter.changed(250, 0, 4)
  meter.interval(60_000)
  meter.interval(60_250)
  expect(meter.lately).toMatchObject({ busyMean: 0, utilisation: 0 })
})

test('connections that are withheld from those who wait are told apart', () => {
  const meter = new Meter(0)
  meter.changed(0, 3, 10)
  meter.queued(100, true)
  meter.queued(200, false)
  expect(meter.interval(300)).toMatchObject({ busyArea: 900, sizeArea: 3_000, withheldArea: 700 })
})

test('the wait of those who still wait counts when they are many', () => {
  const meter = new Meter(0)
  for (let use = 0; use < 50; use++) meter.waited(1)
  for (let use = 0; use < 50; use++) meter.unwaited()
  meter.interval(1)
  expect(meter.recentWaitP95(2, 900)).toBeCloseTo(1, 0)
  expect(meter.recentWaitP95(20, 900)).toBe(900)
})

test('those who did not wait count as those who waited for nothing', () => {
  const meter = new Meter(0)
  for (let use = 0; use < 98; use++) meter.unwaited()
  for (let use = 0; use < 2; use++) meter.waited(50)
  expect(meter.waitMs).toEqual({ p50: 0.01, p95: 0.01, p99: expect.closeTo(50, -1) })
})

test('the usual hold follows slowly', () => {
  const meter = new Meter(0)
  expect(meter.usualHoldMs).toBeUndefined()
  meter.held(10)
  expect(meter.usualHoldMs).toBe(10)
  meter.held(110)
  expect(meter.usualHoldMs).toBe(15)
})
