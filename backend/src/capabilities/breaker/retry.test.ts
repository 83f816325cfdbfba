import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { seed } from '../../../tests/support/seed.ts'
import { BreakerOpenError } from './errors.ts'
import { backoffMs, type RetryPolicy, retry } from './retry.ts'
import { createRetryBudget } from './retry-budget.ts'

const broken = new Error('broken')
const always = () => true

/** Runs it to its end; returns when each try was made. */
async function run(policy: Omit<RetryPolicy, 'clock'>, errors: readonly unknown[] = []) {
  const clock = fakeClock()
  const triedAt: number[] = []
  const outcome = retry(
    async attempt => {
      triedAt.push(clock.now())
      const error = errors[attempt - 1] ?? (errors.length === 0 ? broken : undefined)
      if (error !== undefined) throw error
      return 'fine'
    },
    { clock, random: () => 0.5, ...policy },
  ).then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  for (let n = 0; n < 50; n++) {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    clock.advance(100)
  }
  return { triedAt, outcome: await outcome }
}

test('it tries as often as it may, with longer pauses, and throws the last error', async () => {
  const { triedAt, outcome } = await run({
    isSafe: always,
    triesMax: 4,
    pauseMs: 200,
    pauseMsMax: 600,
  })
  expect(triedAt).toEqual([0, 100, 300, 600])
  expect(outcome).toEqual({ error: broken })
  expect((await run({ isSafe: always }, [broken])).outcome).toEqual({ value: 'fine' })
})

test('it tries again only what the caller calls safe', async () => {
  const isSafe = (error: unknown) => error !== broken
  const { triedAt, outcome } = await run({ isSafe }, [new Error('harmless'), broken])
  expect(triedAt).toHaveLength(2)
  expect(outcome).toEqual({ error: broken })
})

test('it begins no pause that ends after the deadline', async () => {
  const { triedAt } = await run({ isSafe: always, pauseMs: 200, triesMax: 10, deadline: 250 })
  expect(triedAt).toEqual([0, 100])
})

test('it never tries again against a breaker that is open, and says what was wrong before', async () => {
  const open = new BreakerOpenError('x', 1)
  expect(await run({ isSafe: always }, [open])).toMatchObject({
    triedAt: [0],
    outcome: { error: open },
  })
  const after = await run({ isSafe: always }, [broken, open])
  expect(after.triedAt).toHaveLength(2)
  expect(after.outcome).toEqual({ error: broken })
})

test('a caller who goes away in a pause is not waited for', async () => {
  const clock = fakeClock()
  const caller = new AbortController()
  let tries = 0
  const call = async () => {
    tries++
    throw broken
  }
  const running = retry(call, { isSafe: always, clock, random: () => 1, signal: caller.signal })
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  caller.abort(new Error('gone'))
  await expect(running).rejects.toThrow('gone')
  clock.advance(10_000)
  expect(tries).toBe(1)
  await expect(retry(call, { isSafe: always, clock, signal: caller.signal })).rejects.toBe(broken)
})

test(`a pause is anything from nothing to its bound (seed ${seed})`, () => {
  const parts = fc.record({
    attempt: fc.integer({ min: 1, max: 60 }),
    pauseMs: fc.integer({ min: 1, max: 1_000 }),
    pauseMsMax: fc.integer({ min: 1, max: 60_000 }),
    chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
  })
  fc.assert(
    fc.property(parts, ({ attempt, chance, ...policy }) => {
      const pause = backoffMs(attempt, { ...policy, random: () => chance })
      const bound = Math.min(policy.pauseMsMax, policy.pauseMs * 2 ** (attempt - 1))
      expect(pause).toBeCloseTo(bound * chance)
    }),
    { seed },
  )
})

test('a budget gives a fifth of the calls and ten a second', () => {
  const clock = fakeClock()
  const budget = createRetryBudget({ clock })
  const drain = () => {
    let count = 0
    while (budget.withdraw()) count++
    return count
  }
  expect(budget.balance).toBe(100)
  expect(drain()).toBe(100)
  for (let n = 0; n < 50; n++) budget.deposit()
  expect(drain()).toBe(10)
  clock.advance(10_000)
  expect(drain()).toBe(100) // What was spent is forgotten too.
  for (let n = 0; n < 50; n++) budget.deposit()
  clock.advance(10_000)
  expect(budget.balance).toBe(100)
})

test(`repeats never exceed the budget over any time (seed ${seed})`, () => {
  const steps = fc.array(
    fc.record({
      calls: fc.nat({ max: 50 }),
      repeats: fc.nat({ max: 50 }),
      ms: fc.nat({ max: 3_000 }),
    }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, given => {
      const clock = fakeClock()
      const budget = createRetryBudget({ clock })
      let calls = 0
      let repeats = 0
      for (const step of given) {
        for (let n = 0; n < step.calls; n++) budget.deposit()
        for (let n = 0; n < step.repeats; n++) if (budget.withdraw()) repeats++
        calls += step.calls
        clock.advance(step.ms)
        const windows = clock.now() / 9_000 + 1 // A withdrawal is forgotten after nine to ten seconds.
        expect(repeats).toBeLessThanOrEqual(0.2 * calls + 100 * windows)
      }
    }),
    { seed },
  )
})
