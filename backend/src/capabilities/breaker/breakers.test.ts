import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { createBreakers } from './breakers.ts'

test('a name is one breaker, with the options of all or its own', () => {
  const breakers = createBreakers({ clock: fakeClock(), failuresToOpen: 2 })
  const made: string[] = []
  const stop = breakers.watch(({ name }) => void made.push(name))
  const prices = breakers.get('prices', { failuresToOpen: 1 })
  expect(breakers.get('prices')).toBe(prices)
  prices.leave(prices.enter(), 'failure', 0)
  const mail = breakers.get('mail')
  mail.leave(mail.enter(), 'failure', 0)
  stop()
  breakers.get('more')
  expect(made).toEqual(['prices', 'mail'])
  expect(breakers.status()).toMatchObject([
    { name: 'prices', state: 'open' },
    { name: 'mail', state: 'closed' },
    { name: 'more', state: 'closed' },
  ])
})

test('a wrong option is told when they are made, not by the first call', () => {
  const wrong = { openFor: 1 } as object
  expect(() => createBreakers({ openForMs: -1 })).toThrow(
    expect.objectContaining({ code: 'ST001' }),
  )
  expect(() => createBreakers(wrong)).toThrow(expect.objectContaining({ code: 'ST003' }))
})

test('names made from requests do not fill the memory: idle ones go, those in trouble stay', () => {
  const breakers = createBreakers({ clock: fakeClock(), breakersMax: 10 })
  breakers.get('sick').open('by hand')
  const busy = breakers.get('busy')
  busy.enter()
  breakers.get('watched').isolate('x')
  for (let n = 0; n < 1_000; n++) {
    breakers.get(`tenant-${n}`)
    breakers.get('often')
  }
  const names = breakers.all().map(({ name }) => name)
  expect(names).toHaveLength(10)
  expect(names).toEqual(expect.arrayContaining(['sick', 'busy', 'watched', 'often', 'tenant-999']))
})

test('when all are in trouble further names share one', () => {
  const breakers = createBreakers({ clock: fakeClock(), breakersMax: 3 })
  for (const name of ['a', 'b', 'c']) breakers.get(name).open('by hand')
  expect(breakers.get('d').name).toBe('*')
  expect(breakers.get('e')).toBe(breakers.get('d'))
  expect(breakers.all()).toHaveLength(4)
  breakers.get('a').release()
  expect(breakers.get('a').name).toBe('a')
})
