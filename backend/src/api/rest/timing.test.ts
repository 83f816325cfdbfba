import { expect, test } from 'vitest'
import { systemClock } from '../../base/index.ts'
import { createTiming } from './timing.ts'

test('the parts are told in the order of their ends, with what else there is', () => {
  let now = 100
  const timing = createTiming({ ...systemClock, now: () => now })
  now += 0.52
  timing.mark('plan')
  now += 20
  timing.mark('transaction', 12.34)
  now += 1
  const response = { status: 200, headers: { a: 'b' }, body: '[]' }
  expect(timing.addTo(response)).toEqual({
    status: 200,
    headers: {
      a: 'b',
      'server-timing': 'plan;dur=0.5, transaction;dur=12.3, response;dur=1.0',
    },
    body: '[]',
  })
})
