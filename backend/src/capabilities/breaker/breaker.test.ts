import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { type Breaker, type BreakerSetup, createBreaker } from './breaker.ts'
import type { BreakerEvent } from './events.ts'

function setUp(options: BreakerSetup = {}) {
  const clock = fakeClock()
  const events: BreakerEvent[] = []
  const observe = (event: BreakerEvent) => void events.push(event)
  return { clock, events, breaker: createBreaker('replica-1', { clock, observe, ...options }) }
}

function fail(breaker: Breaker, times = 1): void {
  for (let n = 0; n < times; n++) breaker.leave(breaker.enter(), 'failure', 0)
}

function succeed(breaker: Breaker, times = 1): void {
  for (let n = 0; n < times; n++) breaker.leave(breaker.enter(), 'success', 0)
}

test('five failures in a row open it for a minute, two good trials close it', () => {
  const { clock, breaker, events } = setUp()
  fail(breaker, 4)
  succeed(breaker)
  fail(breaker, 4)
  expect(breaker.isAdmitting).toBe(true)
  fail(breaker)
  expect(() => breaker.enter()).toThrow(
    expect.objectContaining({
      code: 'ST501',
      status: 503,
      retryAfterMs: 60_000,
      headers: { 'retry-after': '60' },
      message: "'replica-1' is resting after repeated failures",
    }),
  )
  clock.advance(59_999)
  expect(breaker.isAdmitting).toBe(false)
  expect(() => breaker.enter()).toThrow(expect.objectContaining({ retryAfterMs: 1 }))
  clock.advance(1)
  expect(breaker.isAdmitting).toBe(true)
  succeed(breaker)
  expect(breaker.status()).toMatchObject({ state: 'half-open', successesInARow: 1 })
  succeed(breaker)
  expect(breaker.status()).toMatchObject({ state: 'closed', openings: 1, refused: 2 })
  expect(events).toMatchObject([
    { from: 'closed', to: 'open', reason: 'failures-in-a-row', details: '5 failures in a row' },
    { from: 'open', to: 'half-open', reason: 'rested' },
    { from: 'half-open', to: 'closed', reason: 'trials-passed' },
  ])
})

test('nobody is told to wait longer than `retryAfterMsMax`, whatever the reason of the refusal', () => {
  const { clock, breaker } = setUp({ retryAfterMsMax: 1_500 })
  const told = (retryAfterMs: number) =>
    expect(() => breaker.enter()).toThrow(expect.objectContaining({ retryAfterMs }))
  fail(breaker, 5)
  told(1_500)
  clock.advance(59_000)
  told(1_000)
  breaker.isolate('the disk is being changed')
  told(1_500)
})

test('a failed trial keeps it open for the full time again', () => {
  const { clock, breaker } = setUp({ failuresToOpen: 1, openForMs: 1_000 })
  fail(breaker)
  for (let again = 0; again < 5; again++) {
    clock.advance(1_000)
    fail(breaker)
  }
  clock.advance(999)
  expect(() => breaker.enter()).toThrow(expect.objectContaining({ retryAfterMs: 1 }))
})

test('of a thousand callers in half-open exactly the permitted ones pass', () => {
  for (const trialsMax of [1, 3]) {
    const { clock, breaker } = setUp({ failuresToOpen: 1, trialsMax })
    fail(breaker)
    clock.advance(60_000)
    const outcomes = Array.from({ length: 1_000 }, () => {
      try {
        return breaker.enter()
      } catch (error) {
        return (error as { code: string }).code
      }
    })
    expect(outcomes.filter(outcome => typeof outcome === 'number')).toHaveLength(trialsMax)
    expect(outcomes.filter(outcome => outcome === 'ST501')).toHaveLength(1_000 - trialsMax)
  }
})

test('a neutral trial gives its permit back and proves nothing', () => {
  const { clock, breaker } = setUp({ failuresToOpen: 1, successesToClose: 1 })
  fail(breaker)
  clock.advance(60_000)
  breaker.leave(breaker.enter(), 'neutral', 0)
  expect(breaker.status()).toMatchObject({ state: 'half-open', running: 0, isAdmitting: true })
})

test('a trial that never ends does not keep it half-open for ever', () => {
  const { clock, breaker } = setUp({ failuresToOpen: 1, openForMs: 100, trialTimeoutMs: 5_000 })
  fail(breaker)
  clock.advance(100)
  const lost = breaker.enter()
  clock.advance(4_999)
  expect(breaker.status()).toMatchObject({ state: 'half-open', isAdmitting: false })
  clock.advance(1)
  expect(breaker.isAdmitting).toBe(false)
  expect(breaker.status()).toMatchObject({ state: 'open' })
  clock.advance(100)
  expect(breaker.isAdmitting).toBe(true) // Somebody who only looks, as a router does, sees it come back.
  breaker.leave(lost, 'success', 5_100)
  expect(breaker.status()).toMatchObject({ state: 'open', late: 1 })
})

test('what began before it opened changes nothing when it ends', () => {
  const { clock, breaker } = setUp({ failuresToOpen: 2, successesToClose: 1 })
  const old = Array.from({ length: 10 }, () => breaker.enter())
  fail(breaker, 2)
  clock.advance(60_000)
  const trial = breaker.enter()
  for (const permit of old.splice(0, 5)) breaker.leave(permit, 'failure', 0)
  expect(breaker.status().state).toBe('half-open')
  breaker.leave(trial, 'success', 0)
  for (const permit of old) breaker.leave(permit, 'failure', 0)
  expect(breaker.status()).toMatchObject({ state: 'closed', failuresInARow: 0, late: 10 })
})

test('half of the last calls failing opens it, though never five in a row', () => {
  const { breaker } = setUp()
  for (let n = 0; n < 9; n++) {
    succeed(breaker)
    fail(breaker)
  }
  succeed(breaker)
  expect(breaker.status().window).toMatchObject({ calls: 19, failures: 9 })
  fail(breaker)
  expect(breaker.status().transitions).toMatchObject([
    { reason: 'failure-ratio', details: '10 of 20 calls failed' },
  ])
})

test('slow calls open it where the options say what slow is', () => {
  const { breaker } = setUp({ slowAfterMs: 100, slowRatio: 0.5, callsMin: 4 })
  for (const durationMs of [1, 1, 100, 100]) breaker.leave(breaker.enter(), 'success', durationMs)
  expect(breaker.status().transitions).toMatchObject([
    { reason: 'slow-ratio', details: '2 of 4 calls took 100 ms or more' },
  ])
})

test('each opening in a row lasts longer, up to the bound, until it was healthy for long enough', () => {
  const { clock, breaker } = setUp({
    failuresToOpen: 1,
    successesToClose: 1,
    openForMsMax: 600_000,
    random: () => 0.5,
  })
  const rests: number[] = []
  const open = () => {
    fail(breaker)
    const { nextProbeAt = 0 } = breaker.status()
    rests.push(nextProbeAt - clock.epochMs())
    clock.advance(nextProbeAt - clock.epochMs())
  }
  for (let n = 0; n < 6; n++) open()
  succeed(breaker)
  clock.advance(3_599_999)
  open()
  succeed(breaker)
  clock.advance(3_600_000)
  open()
  expect(rests).toEqual([60_000, 90_000, 180_000, 360_000, 450_000, 450_000, 450_000, 60_000])
})

test('isolated, it refuses everything until it is released', () => {
  const { clock, breaker } = setUp()
  breaker.isolate('disk is being replaced')
  clock.advance(3_600_000)
  expect(() => breaker.enter()).toThrow(
    expect.objectContaining({ code: 'ST501', details: 'Isolated: disk is being replaced' }),
  )
  breaker.open('nobody may open what is isolated')
  expect(breaker.status()).toMatchObject({
    state: 'isolated',
    isolatedWhy: 'disk is being replaced',
    isAdmitting: false,
  })
  breaker.release()
  expect(breaker.status()).toMatchObject({ state: 'closed', slowStartLimit: 2 })
  breaker.release()
  expect(breaker.status().transitions.map(({ reason }) => reason)).toEqual(['isolated', 'released'])
})

test('after closing, the number of calls at a time doubles until nobody is held back', () => {
  const { clock, breaker } = setUp({ failuresToOpen: 1, successesToClose: 1 })
  fail(breaker)
  clock.advance(60_000)
  succeed(breaker)
  const limits: (number | undefined)[] = []
  for (let step = 0; step < 5; step++) {
    const permits: number[] = []
    while (breaker.isAdmitting) permits.push(breaker.enter())
    limits.push(permits.length)
    expect(() => breaker.enter()).toThrow(expect.objectContaining({ code: 'ST504', status: 503 }))
    for (const permit of permits) breaker.leave(permit, 'success', 1)
    clock.advance(300)
  }
  expect(limits).toEqual([2, 4, 8, 16, 32])
  succeed(breaker)
  clock.advance(300)
  expect(breaker.status().slowStartLimit).toBeUndefined()
})

test('a step of a slow start in which a call failed is done again', () => {
  const { clock, breaker } = setUp()
  breaker.isolate('x')
  breaker.release()
  const [one, two] = [breaker.enter(), breaker.enter()]
  expect(() => breaker.enter()).toThrow(expect.objectContaining({ retryAfterMs: 300 }))
  breaker.leave(one, 'failure', 1)
  breaker.leave(two, 'success', 1)
  clock.advance(300)
  expect(breaker.status().slowStartLimit).toBe(2)
})

test('the reason of an experiment, a person and a failure can be read afterwards, fifty of them', () => {
  const { breaker } = setUp()
  for (let n = 0; n < 40; n++) {
    breaker.isolate(`number ${n}`)
    breaker.release()
  }
  const { transitions } = breaker.status()
  expect(transitions).toHaveLength(50)
  expect(transitions.at(-2)).toMatchObject({ reason: 'isolated', details: 'number 39' })
})

test('who watches hears of each change until it stops', () => {
  const { breaker } = setUp()
  const heard: string[] = []
  const stop = breaker.watch(({ to }) => void heard.push(to))
  breaker.open('by hand')
  stop()
  breaker.release()
  expect(heard).toEqual(['open'])
})

test('an error that refuses has no stack to pay for, and is one of ours', () => {
  const { breaker } = setUp()
  breaker.open('by hand')
  try {
    breaker.enter()
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    expect(String((error as Error).stack).split('\n')).toHaveLength(1)
  }
  expect(new Error('after').stack?.split('\n').length).toBeGreaterThan(1)
})

test('wrong options are named', () => {
  expect(() => createBreaker('x', { failuresToOpen: 0 })).toThrow(
    expect.objectContaining({
      code: 'ST001',
      message: expect.stringContaining('breaker.failuresToOpen'),
    }),
  )
})
