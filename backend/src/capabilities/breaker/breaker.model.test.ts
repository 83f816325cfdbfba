import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { seed } from '../../../tests/support/seed.ts'
import { createBreaker } from './breaker.ts'
import { RefusedError } from './errors.ts'
import type { Ending, Permit } from './gate.ts'
import { BREAKER_DEFAULTS, type BreakerOptions, type BreakerRules } from './options.ts'
import { type ModelCall, ReferenceModel } from './testing/reference-model.ts'

/** `STIER_TEST_BREAKER_RUNS=100000` for the whole proof. */
const numRuns = Number(process.env['STIER_TEST_BREAKER_RUNS'] ?? 5_000)
const timeout = 30_000 + numRuns * 10
const HOUR_MS = 3_600_000

type Command =
  | { readonly kind: 'enter' | 'open' | 'isolate' | 'release' }
  | {
      readonly kind: 'leave'
      readonly which: number
      readonly ending: Ending
      readonly durationMs: number
    }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'step-wall-clock'; readonly ms: number }

const always = <Kind extends 'enter' | 'open' | 'isolate' | 'release'>(kind: Kind) =>
  fc.constant({ kind })
const wallSteps = fc
  .constantFrom(HOUR_MS, -HOUR_MS, 1, -1)
  .map(ms => ({ kind: 'step-wall-clock' as const, ms }))

const OFTEN_BAD: readonly Ending[] = ['success', 'failure', 'failure', 'failure', 'neutral']
const MOSTLY_GOOD: readonly Ending[] = ['success', 'success', 'success', 'success', 'failure']

/** Mostly calls that come and go, some of them long after the state in which they began. */
function commands(times: readonly number[], byHand: boolean, endings = OFTEN_BAD) {
  const leave = fc.record({
    kind: fc.constant('leave' as const),
    which: fc.nat({ max: 1_000 }),
    ending: fc.constantFrom(...endings),
    durationMs: fc.constantFrom(0, 49, 50, 500),
  })
  const advance = fc
    .constantFrom(...times, ...times.flatMap(time => [time - 1, time + 1]))
    .map(ms => ({ kind: 'advance' as const, ms: Math.max(0, ms) }))
  const hands = fc.oneof(always('open'), always('isolate'), always('release'))
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: always('enter') },
      { weight: 8, arbitrary: leave },
      { weight: 4, arbitrary: advance },
      { weight: 1, arbitrary: wallSteps },
      { weight: byHand ? 1 : 0, arbitrary: hands },
    ),
    { minLength: 1, maxLength: 60 },
  )
}

/** Both do the same, and are compared after each command. */
function compare(options: BreakerOptions, chance: number, given: readonly Command[]): void {
  const time = fakeClock()
  let wallMs = 1_700_000_000_000
  const clock = { ...time, epochMs: () => wallMs + time.now() }
  const rules: BreakerRules = { ...BREAKER_DEFAULTS, ...options }
  const model = new ReferenceModel(rules, chance)
  const breaker = createBreaker('node', { ...options, clock, random: () => chance })
  const calls: { readonly permit: Permit; readonly call: ModelCall }[] = []

  function enter(): void {
    const verdict = model.enter()
    const refusal = typeof verdict === 'string' ? verdict : undefined
    let permit: Permit | undefined
    let refused: unknown
    try {
      permit = breaker.enter()
    } catch (error) {
      refused = error
    }
    expect(refused === undefined ? undefined : (refused as RefusedError).code).toBe(refusal)
    if (refused instanceof RefusedError && model.state === 'open') {
      expect(refused.retryAfterMs).toBe(model.openUntil - model.now)
    }
    if (permit !== undefined && typeof verdict === 'object') calls.push({ permit, call: verdict })
  }

  function leave(which: number, ending: Ending, durationMs: number): void {
    const [one] = calls.splice(which % Math.max(1, calls.length), 1)
    if (one === undefined) return
    model.leave(one.call, ending, durationMs)
    breaker.leave(one.permit, ending, durationMs)
  }

  function perform(command: Command): void {
    switch (command.kind) {
      case 'enter':
        return enter()
      case 'leave':
        return leave(command.which, command.ending, command.durationMs)
      case 'advance':
        time.advance(command.ms)
        model.now += command.ms
        return
      case 'step-wall-clock':
        wallMs += command.ms
        return
      case 'open':
        model.open()
        return breaker.open('for a test')
      case 'isolate':
        model.isolate()
        return breaker.isolate('for a test')
      case 'release':
        model.release()
        return breaker.release()
    }
  }

  for (const command of given) {
    perform(command)
    const status = breaker.status()
    model.passTime()
    expect({
      state: status.state,
      running: status.running,
      failures: status.failuresInARow,
      successes: status.successesInARow,
      limit: status.slowStartLimit,
      openings: status.openings,
      calls: status.window.calls,
    }).toEqual({
      state: model.state,
      running: model.running,
      failures: model.failuresInARow,
      successes: model.successesInARow,
      limit: model.step?.limit,
      openings: model.openings,
      calls: model.state === 'closed' ? Math.min(model.endings.length, rules.windowCalls) : 0,
    })
  }
}

test(`the rule of the defaults: 5 failures in a row, a minute, 2 good trials (seed ${seed})`, {
  timeout,
}, () => {
  const options = { failureRatio: 0, slowStartFrom: 0 }
  fc.assert(
    fc.property(commands([1, 1_000, 60_000, HOUR_MS], false), given => compare(options, 0, given)),
    { numRuns, seed },
  )
})

test(`every option together behaves as the reference model (seed ${seed})`, { timeout }, () => {
  const options = fc.record({
    failuresToOpen: fc.integer({ min: 1, max: 6 }),
    successesToClose: fc.integer({ min: 1, max: 3 }),
    openForMs: fc.constantFrom(100, 1_000),
    openForMsMax: fc.constantFrom(0, 1_500, 60_000),
    healthyAfterMs: fc.constantFrom(0, 5_000),
    trialsMax: fc.integer({ min: 1, max: 3 }),
    trialTimeoutMs: fc.constantFrom(300, 3_000),
    windowCalls: fc.integer({ min: 1, max: 8 }),
    callsMin: fc.integer({ min: 1, max: 8 }),
    failureRatio: fc.constantFrom(0, 0.25, 0.5, 1),
    slowAfterMs: fc.constantFrom(0, 50),
    slowRatio: fc.constantFrom(0.3, 1),
    slowStartFrom: fc.constantFrom(0, 1, 2),
    slowStartStepMs: fc.constantFrom(50, 300),
  })
  const chance = fc.constantFrom(0, 0.3, 0.999)
  fc.assert(
    fc.property(
      options,
      chance,
      commands([50, 100, 300, 1_000, 3_000, 5_000, 60_000], true),
      compare,
    ),
    { numRuns, seed },
  )
})

test(`a slow start behaves as the reference model (seed ${seed})`, { timeout }, () => {
  const options = fc.record({
    failuresToOpen: fc.constantFrom(1, 2),
    successesToClose: fc.constant(1),
    openForMs: fc.constant(100),
    trialsMax: fc.constantFrom(1, 2),
    trialTimeoutMs: fc.constant(300),
    healthyAfterMs: fc.constant(300),
    openForMsMax: fc.constant(800),
    slowStartFrom: fc.constantFrom(1, 2),
    slowStartStepMs: fc.constant(50),
  })
  const leave = { kind: 'leave', which: 0, ending: 'success', durationMs: 0 } as const
  const closes: readonly Command[] = [
    { kind: 'open' },
    { kind: 'advance', ms: 100 },
    { kind: 'enter' },
    leave,
  ]
  const rest = commands([1, 50, 100, 300], false, MOSTLY_GOOD)
  fc.assert(
    fc.property(options, rest, (rules, more) => compare(rules, 0.5, [...closes, ...more])),
    { numRuns, seed },
  )
})
