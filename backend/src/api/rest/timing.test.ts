import { expect, test } from 'vitest'
import { createTiming } from './timing.ts'

test('the parts are told in the order of their ends, with what else there is', () => {
  const timing = createTiming()
  timing.mark('plan')
  timing.mark('transaction', 12.34)
  const response = { status: 200, headers: { a: 'b' }, body: '[]' }
  const timed = timing.addTo(response)
  expect(timed).toMatchObject({ status: 200, headers: { a: 'b' }, body: '[]' })
  expect(timed.headers['server-timing']).toMatch(
    /^plan;dur=\d+\.\d, transaction;dur=12\.3, response;dur=\d+\.\d$/,
  )
})
