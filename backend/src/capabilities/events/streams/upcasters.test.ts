import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { createUpcasters, type Upcaster } from './upcasters.ts'

const step = (from: string, to: string, up: Upcaster['up'] = data => data) => ({ from, to, up })

test('steps are taken one after the other, from wherever an event was stored', () => {
  const trace = (name: string) => (data: unknown) => [...(data as string[]), name]
  const chain = createUpcasters([step('b', 'c', trace('b')), step('a', 'b', trace('a'))])
  expect(chain.upcast('a', [])).toEqual({ type: 'c', data: ['a', 'b'] })
  expect(chain.upcast('b', [])).toEqual({ type: 'c', data: ['b'] })
  expect(chain.upcast('c', [])).toEqual({ type: 'c', data: [] })
  expect(chain.upcast('other', 1)).toEqual({ type: 'other', data: 1 })
  expect(chain.storedAs('c')).toEqual(['c', 'b', 'a'])
  expect(chain.storedAs('other')).toEqual(['other'])
})

test('two steps from one type, and steps in a circle, are refused at once', () => {
  const refused = (steps: readonly Upcaster[]) => () => createUpcasters(steps)
  expect(refused([step('a', 'b'), step('a', 'c')])).toThrow(`two upcasters from 'a'`)
  expect(refused([step('a', 'a')])).toThrow(`from 'a' never end`)
  expect(refused([step('x', 'a'), step('a', 'b'), step('b', 'a')])).toThrow('never end')
})

test('a step that fails says which, and has the cause', () => {
  const cause = new TypeError('no price')
  const chain = createUpcasters([
    step('a', 'b', () => {
      throw cause
    }),
  ])
  expect(() => chain.upcast('a', null)).toThrow(
    expect.objectContaining({ code: 'ST629', cause, message: expect.stringMatching(/'a'.*'b'/) }),
  )
})

test('whatever the steps, a type ends where no step begins, and is found under the name of its end', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const forward = fc.tuple(fc.nat(4), fc.nat(4)).filter(([from, to]) => from < to)
  const steps = fc.uniqueArray(forward, { selector: ([from]) => from })
  const property = fc.property(steps, fc.constantFrom(...names), (pairs, type) => {
    const chain = createUpcasters(
      pairs.map(([from, to]) => step(String(names[from]), String(names[to]))),
    )
    const end = chain.upcast(type, null).type
    expect(pairs.map(([from]) => names[from])).not.toContain(end)
    expect(chain.storedAs(end)).toContain(type)
  })
  fc.assert(property, { seed })
})
