import { expect, test, vi } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { type BreakerSetup, createBreaker } from './breaker.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import type { BreakerEvent } from './events.ts'
import { createRetryBudget } from './retry-budget.ts'

const refusedConnection = new Error('connection refused')
const fail = () => Promise.reject(refusedConnection)
const succeed = async () => 'fine'
const never = () => new Promise<string>(() => undefined)

function setUp(options: BreakerSetup = {}) {
  const clock = fakeClock()
  const events: BreakerEvent[] = []
  const observe = (event: BreakerEvent) => void events.push(event)
  const breaker = createBreaker('prices', { clock, observe, random: () => 0.5, ...options })
  return { clock, events, breaker }
}

/** Lets everything that waits for nothing happen. */
const settle = () => vi.waitFor(() => undefined)
const turns = async (count = 20) => {
  for (let n = 0; n < count; n++) await Promise.resolve()
}

test('a call passes with its answer or its error, and failures open the breaker', async () => {
  const { breaker } = setUp({ failuresToOpen: 2 })
  await expect(breaker.run(succeed)).resolves.toBe('fine')
  await expect(breaker.run(fail)).rejects.toBe(refusedConnection)
  await expect(
    breaker.run(() => {
      throw refusedConnection
    }),
  ).rejects.toBe(refusedConnection)
  await expect(breaker.run(succeed)).rejects.toMatchObject({ code: 'ST501' })
  expect(breaker.status()).toMatchObject({ state: 'open', running: 0 })
})

test('errors of the caller count as what the caller says they are', async () => {
  const { breaker } = setUp({ failuresToOpen: 1 })
  const classify = () => 'success' as const
  await expect(breaker.run(fail, { classify })).rejects.toBe(refusedConnection)
  await expect(
    breaker.run(() => Promise.reject(new DOMException('', 'AbortError'))),
  ).rejects.toThrow()
  expect(breaker.status()).toMatchObject({ state: 'closed', failuresInARow: 0 })
})

test('a fallback answers for a failure and for a refusal, and hears why', async () => {
  const { breaker } = setUp({ failuresToOpen: 1 })
  const reasons: unknown[] = []
  const fallback = (reason: unknown) => {
    reasons.push(reason)
    return 'yesterday'
  }
  await expect(breaker.run(fail, { fallback })).resolves.toBe('yesterday')
  await expect(breaker.run(succeed, { fallback })).resolves.toBe('yesterday')
  expect(reasons).toEqual([refusedConnection, expect.objectContaining({ code: 'ST501' })])
})

test('a fallback does not hide an error of the caller, or answer who has gone', async () => {
  const { breaker } = setUp()
  const fallback = () => 'yesterday'
  const classify = () => 'success' as const
  await expect(breaker.run(fail, { fallback, classify })).rejects.toBe(refusedConnection)
  const caller = new AbortController()
  const running = breaker.run(never, { fallback, signal: caller.signal })
  caller.abort(new Error('gone'))
  await expect(running).rejects.toThrow('gone')
})

test('what can be waited for need not be a Promise to have its time limit', async () => {
  const { breaker, clock, events } = setUp()
  const builder = { then: () => undefined } // As those of queries: they run when somebody waits.
  const fallback = () => builder as unknown as Promise<string>
  const running = breaker.run(fail, { fallback, fallbackTimeoutMs: 200 })
  await turns()
  clock.advance(200)
  await expect(running).rejects.toBe(refusedConnection)
  expect(events).toMatchObject([{ kind: 'breaker.fallback-failed', error: { code: 'ST507' } }])
})

test('a fallback that fails or takes too long is not waited for: its reason is thrown', async () => {
  const { breaker, clock, events } = setUp()
  const broken = () => Promise.reject(new Error('the cache is down too'))
  await expect(breaker.run(fail, { fallback: broken })).rejects.toBe(refusedConnection)
  const slow = breaker.run(fail, { fallback: never, fallbackTimeoutMs: 200 })
  await turns()
  clock.advance(200)
  await expect(slow).rejects.toBe(refusedConnection)
  const late = breaker.run(fail, { fallback: never, deadline: clock.now() + 50 })
  await turns()
  clock.advance(50)
  await expect(late).rejects.toBe(refusedConnection)
  expect(events).toMatchObject([
    { kind: 'breaker.fallback-failed', error: { message: 'the cache is down too' } },
    { kind: 'breaker.fallback-failed', error: { code: 'ST507' } },
    { kind: 'breaker.fallback-failed', error: { code: 'ST507' } },
  ])
})

test('a call that takes too long is told to stop, counted as a failure, and no longer waited for', async () => {
  const { breaker, clock } = setUp()
  let told: AbortSignal | undefined
  const call = (signal: AbortSignal | undefined) => {
    told = signal
    return never()
  }
  for (const limits of [{ timeoutMs: 100 }, { deadline: clock.now() + 200 }]) {
    const running = breaker.run(call, limits)
    await turns()
    clock.advance(100)
    await expect(running).rejects.toMatchObject({ code: 'ST507', status: 504 })
    expect(told?.aborted).toBe(true)
  }
  expect(breaker.status()).toMatchObject({ failuresInARow: 2, running: 0 })
})

test('nothing is learned from a caller who goes away', async () => {
  const { breaker } = setUp({ failuresToOpen: 1 })
  const caller = new AbortController()
  const running = breaker.run(never, { signal: caller.signal, timeoutMs: 1_000 })
  await turns()
  caller.abort(new Error('gone'))
  await expect(running).rejects.toThrow('gone')
  await expect(breaker.run(succeed, { signal: caller.signal })).rejects.toThrow('gone')
  expect(breaker.status()).toMatchObject({ state: 'closed', running: 0, failuresInARow: 0 })
})

test('each try counts once, and what has opened meanwhile is not tried again', async () => {
  const { breaker, clock } = setUp({ failuresToOpen: 2 })
  let calls = 0
  const call = () => {
    calls++
    return fail()
  }
  const running = breaker.run(call, { retry: { isSafe: () => true, triesMax: 5 } })
  const ended = expect(running).rejects.toBe(refusedConnection)
  for (let n = 0; n < 5; n++) {
    await turns()
    clock.advance(1_000)
  }
  await ended
  expect(calls).toBe(2)
  expect(breaker.status()).toMatchObject({ state: 'open', openings: 1, refused: 1 })
})

test('a total outage is not amplified: 2,000 callers who repeat make at most 1.3 calls each', async () => {
  for (const failuresToOpen of [5, 1_000_000]) {
    const { breaker, clock } = setUp({ failuresToOpen, failureRatio: 0 })
    let calls = 0
    const call = () => {
      calls++
      return fail()
    }
    const retry = { isSafe: () => true, triesMax: 4, pauseMs: 20 }
    const running: Promise<unknown>[] = []
    for (let n = 0; n < 2_000; n++) {
      running.push(breaker.run(call, { retry }).catch(() => undefined))
      clock.advance(5) // 200 calls a second.
      await turns(5)
    }
    for (let n = 0; n < 20; n++) {
      clock.advance(1_000)
      await turns()
    }
    await Promise.all(running)
    expect(calls).toBeLessThanOrEqual(failuresToOpen === 5 ? 10 : 2_600)
    expect(calls).toBeGreaterThanOrEqual(failuresToOpen === 5 ? 5 : 2_300) // The budget was used.
  }
}, 60_000)

test('breakers of the same dependency can share a budget', async () => {
  const { breaker, clock } = setUp()
  const budget = createRetryBudget({ clock, perSecondMin: 0 })
  const retry = { isSafe: () => true, budget }
  await expect(breaker.run(fail, { retry })).rejects.toBe(refusedConnection)
  expect(breaker.status().failuresInARow).toBe(1)
})

test('a limit in front of it refuses first, and hears how calls end', async () => {
  const { breaker, clock } = setUp()
  const limit = createConcurrencyLimit('prices', { clock, limitStart: 1 })
  const running = breaker.run(never, { limit, timeoutMs: 100 })
  await expect(breaker.run(succeed, { limit })).rejects.toMatchObject({ code: 'ST506' })
  await turns()
  clock.advance(100)
  await expect(running).rejects.toMatchObject({ code: 'ST507' })
  expect(limit.running).toBe(0)
  breaker.open('by hand')
  await expect(breaker.run(succeed, { limit })).rejects.toMatchObject({ code: 'ST501' })
  expect(limit.running).toBe(0)
})

/** A backend that notes how many calls it had at the same time. */
function backend(clock: ReturnType<typeof fakeClock>, answerMs: number) {
  const seen = { now: 0, most: 0, answered: 0 }
  const call = () => {
    seen.most = Math.max(seen.most, ++seen.now)
    return new Promise<string>(resolve => {
      clock.after(answerMs, () => {
        seen.now--
        seen.answered++
        resolve('fine')
      })
    })
  }
  return { seen, call }
}

test('a herd of 1,000 that comes after closing is let in little by little', async () => {
  const { breaker, clock } = setUp()
  const { seen, call } = backend(clock, 10)
  breaker.open('by hand')
  breaker.release()
  let herd = 0
  const caller = async () => {
    herd++
    await breaker.run(call).catch(() => undefined)
    herd--
  }
  for (let ms = 0; ms < 1_000; ms += 5) {
    while (herd < 1_000) void caller()
    await turns(10)
    clock.advance(5)
  }
  expect(seen.most).toBeLessThanOrEqual(20)
  expect(seen.answered).toBeGreaterThan(300)
})

test('calls may wait for their turn in a slow start, as many and as long as the options say', async () => {
  const { breaker, clock } = setUp({ queueMax: 10, queueForMs: 500, slowStartFrom: 1 })
  const { seen, call } = backend(clock, 100)
  breaker.open('by hand')
  breaker.release()
  const outcomes: string[] = []
  const running = Array.from({ length: 12 }, () =>
    breaker.run(call, {}).then(
      () => outcomes.push('fine'),
      (error: { code: string }) => outcomes.push(error.code),
    ),
  )
  expect(breaker.status().waiting).toBe(10)
  for (let n = 0; n < 10; n++) {
    await turns()
    clock.advance(100)
  }
  await Promise.all(running)
  expect(outcomes.filter(outcome => outcome === 'ST504').length).toBeGreaterThanOrEqual(1)
  expect(outcomes.filter(outcome => outcome === 'fine').length).toBe(seen.answered)
  expect(seen.answered).toBeGreaterThanOrEqual(6)
  expect(outcomes).toHaveLength(12)
  expect(breaker.status().waiting).toBe(0)
})

test('who waits in a slow start is refused when it opens, and leaves when it goes away', async () => {
  const { breaker } = setUp({ queueMax: 10, slowStartFrom: 1 })
  breaker.open('by hand')
  breaker.release()
  const caller = new AbortController()
  const permit = breaker.enter()
  const [opened, gone] = [breaker.run(succeed, {}), breaker.run(succeed, { signal: caller.signal })]
  caller.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  breaker.open('by hand')
  await expect(opened).rejects.toMatchObject({ code: 'ST501' })
  breaker.leave(permit, 'success', 0)
  await settle()
  expect(breaker.status()).toMatchObject({ state: 'open', waiting: 0 })
})
