import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import type { LimiterEvent } from '../events.ts'
import type { Priority } from '../types.ts'
import { afterStep, EVERYBODY } from './admission.ts'
import { createEventLoopLag, loadOf } from './load.ts'
import { createShedder, type ShedderSetup } from './shedder.ts'

const TARGETS = { targetWaitMs: 100, eventLoopLagMsMax: 100 }
const CALM = { poolWaitMs: 0, eventLoopLagMs: 0, breakerOpen: false }

function rig(setup: Partial<ShedderSetup> = {}) {
  const clock = fakeClock()
  const events: LimiterEvent[] = []
  const shedder = createShedder({
    ...TARGETS,
    criticalReserve: 0.2,
    load: () => CALM,
    clock,
    random: () => 0.5,
    observe: event => events.push(event),
    ...setup,
  })
  return { clock, events, shedder }
}

type Offered = Readonly<Record<Priority, number>>
const PRIORITIES = ['low', 'normal', 'critical'] as const

/** How often it was so. */
const times = (count: number, is: () => boolean) =>
  Array.from({ length: count }, is).filter(Boolean).length

/**
 * A server with one queue that serves so many requests each 10 ms, and what is offered to it meanwhile. Answers what of each class was
 * served, and the order in which classes were first refused.
 */
function serve(offered: Offered, capacity: number, rounds: number) {
  let queue = 0
  const load = () => ({ ...CALM, poolWaitMs: (queue / capacity) * 10 })
  const { clock, shedder, events } = rig({ load })
  const come = { low: 0, normal: 0, critical: 0 }
  const served = { low: 0, normal: 0, critical: 0 }
  const refused = new Set<Priority>()
  let before = 0
  for (let round = 0; round < rounds; round++) {
    for (const priority of PRIORITIES) {
      const passed = times(offered[priority], () => shedder.shed(priority) === undefined)
      if (passed < offered[priority]) refused.add(priority)
      come[priority] += offered[priority]
      served[priority] += passed
    }
    const { low, normal, critical } = served
    queue = Math.max(0, queue + low + normal + critical - before - capacity)
    before = low + normal + critical
    clock.advance(10)
  }
  const shares = {
    low: served.low / come.low,
    normal: served.normal / come.normal,
    critical: served.critical / come.critical,
  }
  return { shares, refused: [...refused], events, shedder, clock }
}

test('offered twice what can be served, low is cut first, and the critical are served', () => {
  const { shares, refused, events } = serve({ low: 8, normal: 8, critical: 4 }, 10, 10_000)
  expect(refused).toEqual(['low', 'normal'])
  expect(shares.critical).toBeGreaterThanOrEqual(0.99)
  expect(shares.low).toBeLessThan(0.05)
  expect(shares.normal).toBeGreaterThan(0.4)
  expect(events[0]).toMatchObject({ kind: 'limiter.shedding', isShedding: true })
})

test('when there is room again all come back, the less important last', () => {
  const { shedder, clock } = serve({ low: 8, normal: 8, critical: 4 }, 10, 1_000)
  for (let n = 0; n < 300; n++) {
    clock.advance(100)
    for (const priority of PRIORITIES) shedder.shed(priority)
    const { admission } = shedder.report()
    expect(admission.low > 0 && admission.normal < 1).toBe(false)
  }
})

test('what the critical alone are too many for is cut too, not below the reserve', () => {
  let admission = EVERYBODY
  for (let n = 0; n < 100; n++) admission = afterStep(admission, 5, 5, 0.2)
  expect(admission).toEqual({ low: 0, normal: 0, critical: 0.2 })
})

test('without load nobody is refused, whatever the class', () => {
  const { shedder, clock } = rig()
  for (let n = 0; n < 1_000; n++) {
    for (const priority of PRIORITIES) expect(shedder.shed(priority)).toBeUndefined()
    clock.advance(7)
  }
})

test('each signal is a reason, and the highest is told', () => {
  expect(loadOf({ ...CALM, poolWaitMs: 150 }, TARGETS)).toEqual({ level: 1.5, reason: 'pool-wait' })
  expect(loadOf({ ...CALM, poolWaitMs: 20, eventLoopLagMs: 70 }, TARGETS)).toEqual({
    level: 0.7,
    reason: 'event-loop-lag',
  })
  expect(loadOf({ ...CALM, breakerOpen: true }, TARGETS)).toEqual({
    level: 1,
    reason: 'breaker-open',
  })
})

test('behind an open breaker only the critical are let in', () => {
  const { shedder, clock } = rig({ load: () => ({ ...CALM, breakerOpen: true }) })
  for (let n = 0; n < 300; n++) {
    clock.advance(100)
    for (const priority of PRIORITIES) shedder.shed(priority)
  }
  expect(shedder.report().admission).toEqual({ low: 0, normal: 0, critical: 1 })
})

test('a refusal says why, and when to come back, spread', () => {
  let draw = 0.25
  const load = () => ({ ...CALM, poolWaitMs: 1_000 })
  const { shedder, clock } = rig({ load, random: () => draw })
  for (let n = 0; n < 10; n++) {
    clock.advance(100)
    shedder.shed('normal')
  }
  const one = shedder.shed('low')
  draw = 0.75
  const other = shedder.shed('low')
  expect(one).toMatchObject({
    ...{ rule: 'low', code: 'ST402', status: 503 },
    details:
      "Of requests of class 'low' 0 % are let in, as requests wait for a connection to the database (1000 % of what it may be).",
  })
  expect(one!.retryAfterMs).toBeLessThan(other!.retryAfterMs)
})

test('who asks for much leaves those who ask for little their part', () => {
  let level = 0
  const weightOf = (tenant: string) => (tenant === 'heavy' ? 3 : 1)
  const { shedder, clock } = rig({ load: () => ({ ...CALM, poolWaitMs: level }), weightOf })
  const served = new Map<string, number>()
  const ask = (tenant: string, count: number) => {
    const passed = times(count, () => shedder.shed('normal', tenant) === undefined)
    served.set(tenant, (served.get(tenant) ?? 0) + passed)
  }
  // Cut until about a quarter of all is let in, and then kept there.
  for (let step = 0; step < 400; step++) {
    const { normal, low } = shedder.report().admission
    level = low > 0 || normal > 0.25 ? 150 : 75
    if (step === 200) served.clear()
    shedder.shed('low')
    ask('greedy', 100)
    ask('heavy', 100)
    ask('modest', 5)
    clock.advance(100)
  }
  expect(served.get('modest')).toBeGreaterThan(0.9 * 5 * 200)
  expect(served.get('heavy')! / served.get('greedy')!).toBeGreaterThan(2)
  expect(served.get('heavy')! / served.get('greedy')!).toBeLessThan(4)
})

test('the event loop is late by what its monitor says beyond its own step', () => {
  let resets = 0
  const monitor = {
    count: 1,
    percentile: () => 35e6,
    reset: () => {
      resets++
    },
    enable: () => true,
    disable: () => true,
  }
  const lag = createEventLoopLag(monitor as never)
  expect(lag.read()).toBe(25)
  expect(resets).toBe(1)
  lag.stop()
  const real = createEventLoopLag()
  expect(real.read()).toBeGreaterThanOrEqual(0)
  real.stop()
})
