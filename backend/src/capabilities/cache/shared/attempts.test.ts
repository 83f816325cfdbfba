import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import type { CacheEvent } from '../events.ts'
import { createAttempts } from './attempts.ts'

function attempting(isReady = true) {
  const clock = fakeClock()
  const events: CacheEvent[] = []
  const observe = (event: CacheEvent) => void events.push(event)
  const redis = { isReady }
  return { attempts: createAttempts({ part: 'bus', redis, clock, observe }), clock, events, redis }
}

const fail = () => Promise.reject(new Error('broken'))

test('trouble is told when it begins and every ten seconds, and once when it ends', async () => {
  const { attempts, clock, events } = attempting()
  for (let second = 0; second < 25; second++) {
    for (let n = 0; n < 4; n++) expect(await attempts.run(fail, 'without')).toBe('without')
    clock.advance(1_000)
  }
  const told = events.map(event => event.kind === 'cache.shared-failed' && event.failures)
  expect(told).toEqual([1, 40, 40])
  expect(attempts.failures).toBe(100)
  for (let n = 0; n < 3; n++) expect(await attempts.run(async () => 'with', undefined)).toBe('with')
  expect(events.slice(3)).toEqual([{ kind: 'cache.shared-works', part: 'bus' }])
})

test('without a connection nothing is asked', async () => {
  const { attempts, events, redis } = attempting(false)
  let asked = 0
  const ask = async () => ++asked
  expect(await attempts.run(ask, undefined)).toBeUndefined()
  redis.isReady = true
  expect(await attempts.run(ask, undefined)).toBe(1)
  expect(events.map(({ kind }) => kind)).toEqual(['cache.shared-failed', 'cache.shared-works'])
})

test('what throws at once is a failure too', async () => {
  const { attempts } = attempting()
  const refuse = () => {
    throw new Error('refused')
  }
  expect(await attempts.run(refuse, 'without')).toBe('without')
})
