import { expect, test } from 'vitest'
import { type Clock, systemClock } from '../../base/index.ts'
import type { CatalogEvent } from './events.ts'
import { keepWatching } from './watcher.ts'

test('that nobody could look because the server is busy says nothing about the catalog', async () => {
  const busy = new Error('all connections are in use')
  const failures = [busy, new Error('gone')]
  const events: CatalogEvent['kind'][] = []
  let next = (): void => undefined
  const clock: Clock = {
    ...systemClock,
    after(_delayMs, callback) {
      next = callback
      return () => undefined
    },
  }
  const watcher = keepWatching({
    look: async () => {
      const failure = failures.shift()
      if (failure !== undefined) throw failure
    },
    everyMs: 1,
    clock,
    observe: ({ kind }) => events.push(kind),
    isBusy: error => error === busy,
  })
  const states: boolean[] = []
  for (let look = 0; look < 3; look++) {
    next()
    await new Promise(resolve => setImmediate(resolve))
    states.push(watcher.isFailing())
  }
  expect(states).toEqual([false, true, false])
  expect(events).toEqual(['catalog.check-failed', 'catalog.check-failed'])
  await watcher.close()
})
