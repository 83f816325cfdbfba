import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { UnknownPathError } from '../../http/index.ts'
import { Busiest } from './busiest.ts'
import type { ValidationEvent } from './events.ts'
import { QueryLimitError } from './query-limits.ts'
import { ValidationTally } from './tally.ts'

function create() {
  const clock = fakeClock()
  const events: ValidationEvent[] = []
  const tally = new ValidationTally({ clock, observe: event => void events.push(event) })
  return { clock, events, tally }
}

const tooMany = new QueryLimitError('filters', 2)

test('what a rule would refuse is told at once, and then once a minute with how often', () => {
  const { clock, events, tally } = create()
  for (let count = 0; count < 3; count++) tally.answered('GET /orders', undefined, [tooMany])
  tally.answered('GET /notes', undefined, [tooMany])
  clock.advance(60_000)
  tally.answered('GET /orders', undefined, [tooMany])
  tally.answered('GET /orders', tooMany, [])
  expect(events.map(({ route, rule, count }) => `${route} ${rule} ${count}`)).toEqual([
    ...['GET /orders filters 1', 'GET /notes filters 1'],
    'GET /orders filters 3',
  ])
  expect(tally.report().routes).toEqual([
    {
      ...{ route: 'GET /orders', asked: 5 },
      rules: [{ rule: 'filters', code: 'ST425', refused: 1, watched: 4 }],
    },
    {
      ...{ route: 'GET /notes', asked: 1 },
      rules: [{ rule: 'filters', code: 'ST425', refused: 0, watched: 1 }],
    },
  ])
})

test('other errors are requests like any other, and what is not there is no route', () => {
  const { tally } = create()
  tally.answered('GET /orders', new Error('whatever'), [])
  tally.answered(`GET /${'x'.repeat(500)}`, new UnknownPathError('/x'), [])
  const { routes, unknown } = tally.report()
  expect(routes).toEqual([{ route: 'GET /orders', asked: 1, rules: [] }])
  expect(unknown).toMatchObject([{ asked: 1, code: 'PGRST125' }])
  expect(unknown[0]?.route).toHaveLength(200)
})

test('names that clients invent push out each other, and not what is asked for', () => {
  const busiest = new Busiest(3, () => ({ asked: 0 }))
  for (let round = 0; round < 5; round++) {
    busiest.of('orders').asked += 10
    busiest.of(`invented-${round}`).asked++
  }
  expect(busiest.entries()).toHaveLength(3)
  expect(busiest.entries()[0]).toEqual(['orders', { asked: 50 }])
})
