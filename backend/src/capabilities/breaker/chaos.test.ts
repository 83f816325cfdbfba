import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { type ChaosSetup, createChaos } from './chaos.ts'
import type { BreakerEvent } from './events.ts'
import type { Experiment } from './experiment.ts'

const token = 'a token of enough length'
const succeed = async () => 'fine'
const turns = async () => {
  for (let n = 0; n < 20; n++) await Promise.resolve()
}

function setUp(options: ChaosSetup = {}) {
  const clock = fakeClock()
  const events: BreakerEvent[] = []
  const observe = (event: BreakerEvent) => void events.push(event)
  const chaos = createChaos({
    isEnabled: true,
    token,
    clock,
    observe,
    random: () => 0.5,
    ...options,
  })
  return { clock, events, chaos }
}

const failing: Experiment = { target: 'replica', fault: { kind: 'error' }, forMs: 1_000 }

test.each<[string, ChaosSetup]>([
  ['by default', { isEnabled: false, token: undefined }],
  ['without the option', { isEnabled: false }],
  ['without a token', { token: undefined }],
  ['with a token too short to be one', { token: 'short' }],
])('it is off %s, and calls are then as they are', async (_name, options) => {
  const { chaos } = setUp(options)
  expect(() => chaos.start(failing, options.token ?? token)).toThrow(
    expect.objectContaining({ code: 'ST508', status: 403 }),
  )
  expect(chaos.wrap('replica', succeed)).toBe(succeed)
  expect(chaos.disturb('replica')).toBeUndefined()
  expect(chaos.status()).toEqual({ isEnabled: false, experiments: [] })
})

test('a wrong token begins nothing, nor does an experiment without an end', () => {
  const { chaos } = setUp()
  expect(() => chaos.start(failing, 'a token of wrong length')).toThrow(/token/)
  for (const wrong of [{ forMs: 0 }, { forMs: Infinity }, { probability: 2 }]) {
    expect(() => chaos.start({ ...failing, ...wrong }, token)).toThrow(/lasts/)
  }
  for (let n = 0; n < 100; n++) chaos.start(failing, token)
  expect(() => chaos.start(failing, token)).toThrow(/Too many/)
})

test('calls fail until the experiment ends by itself, and it can be seen meanwhile', async () => {
  const { chaos, clock, events } = setUp()
  const call = chaos.wrap('replica', succeed)
  const id = chaos.start(failing, token)
  await expect(call(undefined)).rejects.toMatchObject({ code: 'ST509', status: 503 })
  await expect(chaos.wrap('primary', succeed)(undefined)).resolves.toBe('fine')
  expect(chaos.status()).toEqual({
    isEnabled: true,
    experiments: [
      { id, target: 'replica', fault: 'error', probability: 1, endsAt: 1_000, hits: 1 },
    ],
  })
  clock.advance(1_000)
  await expect(call(undefined)).resolves.toBe('fine')
  expect(chaos.status().experiments).toEqual([])
  expect(events).toEqual([
    { kind: 'breaker.chaos-began', id, fault: 'error', target: 'replica', forMs: 1_000 },
    { kind: 'breaker.chaos-ended', id },
  ])
})

test('an error can be the one that the real thing would give', async () => {
  const { chaos } = setUp()
  const error = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  chaos.start({ ...failing, target: '*', fault: { kind: 'error', error } }, token)
  await expect(chaos.wrap('replica', succeed)(undefined)).rejects.toMatchObject({
    code: 'ECONNRESET',
  })
})

test('only a share of the calls is hit', async () => {
  let chance = 0
  const { chaos } = setUp({ random: () => chance })
  chaos.start({ ...failing, probability: 0.3 }, token)
  const call = chaos.wrap('replica', succeed)
  chance = 0.29
  await expect(call(undefined)).rejects.toThrow()
  chance = 0.3
  await expect(call(undefined)).resolves.toBe('fine')
})

test('latency makes a call later', async () => {
  const { chaos, clock } = setUp()
  const fault = { kind: 'latency', latencyMs: 100, jitterMs: 50 } as const
  chaos.start({ target: 'replica', fault, forMs: 1_000 }, token)
  let isDone = false
  const running = chaos
    .wrap(
      'replica',
      succeed,
    )(undefined)
    .then(() => (isDone = true))
  await turns()
  clock.advance(124)
  await turns()
  expect(isDone).toBe(false)
  clock.advance(1)
  await running
})

test('what is frozen goes on when it ends, or stops with its caller', async () => {
  const { chaos } = setUp()
  const id = chaos.start({ target: 'replica', fault: { kind: 'freeze' }, forMs: 1_000 }, token)
  const call = chaos.wrap('replica', succeed)
  const caller = new AbortController()
  const [waiting, leaving] = [call(undefined), call(caller.signal)]
  caller.abort(new Error('gone'))
  await expect(leaving).rejects.toThrow('gone')
  await expect(call(caller.signal)).rejects.toThrow('gone')
  chaos.stop(id)
  chaos.stop(id)
  await expect(waiting).resolves.toBe('fine')
  chaos.start(failing, token)
  chaos.stop()
  expect(chaos.status().experiments).toEqual([])
})
